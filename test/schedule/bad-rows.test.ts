import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvRows } from '../../src/schedule/sheets/csv.ts';
import { guarded, unguarded } from '../../src/schedule/sheets/guard.ts';
import type { Store } from '../../src/store/store.ts';
import { company, emptyStore, eventOf, importing, sheets, snapshotOf } from './world.ts';

let store: Store;
beforeEach(async () => {
  store = await emptyStore();
  await importing(store, sheets(company));
});
afterEach(() => store[Symbol.asyncDispose]());

const heading =
  'id,kind,title,date,start,end,end_date,all_day,timezone,status,tier,venue,required,rrule,except,parent,online_url,notes';
/** A good row, and beside it one with a cell changed. */
function eventRow(changed: Record<string, string>): string {
  const cells: Record<string, string> = {
    id: 'E9',
    kind: 'meeting',
    title: 'T',
    date: '2027-03-05',
    start: '10:00',
    end: '11:00',
  };
  return heading
    .split(',')
    .map(column => `"${(changed[column] ?? cells[column] ?? '').replaceAll('"', '""')}"`)
    .join(',');
}

describe('a bad row of the schedule is rejected alone, with its reason', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['a date that does not exist', { date: '2027-02-30' }, 'date', 'there is no such date'],
    ['a date written otherwise', { date: '5/3/2027' }, 'date', 'YYYY-MM-DD'],
    ['a bad time', { start: '25:00' }, 'start', 'no such time'],
    ['a time in words', { start: 'ten' }, 'start', 'HH:MM'],
    ['midnight as 24:00', { end: '24:00' }, 'end', 'midnight is 00:00'],
    ['an end before the start', { end: '09:00' }, 'end', 'not after the start'],
    ['an end at the start', { end: '10:00' }, 'end', 'not after the start'],
    ['an end date before the date', { end_date: '2027-03-04' }, 'end_date', 'not after the start'],
    ['a start without an end', { end: '' }, 'end', 'missing'],
    ['a whole day with times', { all_day: 'yes' }, 'start', 'has no times'],
    [
      'a whole day that ends as it begins',
      { all_day: 'yes', start: '', end: '', end_date: '2027-03-05' },
      'end_date',
      'check-out',
    ],
    ['an unknown zone', { timezone: 'Europe/Bristol' }, 'timezone', 'not a time zone'],
    ['an unknown kind', { kind: 'picnic' }, 'kind', 'unknown; allowed: production_meeting'],
    ['an unknown status', { status: 'maybe' }, 'status', 'unknown; allowed: idea'],
    ['an unknown tier', { tier: 'P9' }, 'tier', 'unknown; allowed: P0'],
    ['an unknown venue', { venue: 'V99' }, 'venue', 'no such venue'],
    ['an unknown person', { required: 'C1;C99' }, 'required', 'no such person or group'],
    ['an unknown parent', { parent: 'E99' }, 'parent', 'no such event'],
    ['itself as parent', { parent: 'E9' }, 'parent', 'contains itself'],
    ['no title', { title: '' }, 'title', 'missing'],
    ['no id', { id: '' }, 'id', 'missing'],
    ['a rule that is none', { rrule: 'FREQ=SOMETIMES' }, 'rrule', 'FREQ'],
    ['a rule that ended before it began', { rrule: 'FREQ=DAILY;UNTIL=20270101T000000Z' }, 'rrule', 'UNTIL is before'],
    ['dates left out of what does not repeat', { except: '2027-03-05' }, 'except', 'does not repeat'],
    ['a link that runs a script', { online_url: 'javascript:alert(1)' }, 'online_url', 'not a web address'],
    ['a control character', { notes: 'a\u0007b' }, 'notes', 'control character'],
    ['a title of two lines', { title: 'a\nb' }, 'title', 'line break'],
    ['a cell longer than a spreadsheet holds', { notes: 'x'.repeat(32_768) }, 'notes', 'longer than 32767'],
    ['bytes that are not text', { notes: 'caf\uFFFD' }, 'notes', 'not UTF-8'],
  ])('%s', async (_, changed, column, problem) => {
    const text = `${heading}\n${eventRow(changed)}\n${eventRow({ id: 'E10' })}\n`;
    const report = await importing(store, sheets({ schedule: text }));
    expect(report).toMatchObject({ added: 1, rejected: [{ file: 'schedule.csv', row: 2, column }] });
    expect(report.rejected[0]?.problem).toContain(problem);
    expect(report.rejected[0]?.value.length).toBeLessThanOrEqual(80);
    expect((await snapshotOf(store)).events.has('E9' as never)).toBe(false);
  });

  it('S45 a start that the clocks skip is rejected with what it would mean; one that comes twice is the first, and said', async () => {
    const gap = eventRow({ date: '2027-03-28', start: '01:30', end: '05:00' });
    const twice = eventRow({ id: 'E10', date: '2027-10-31', start: '01:30', end: '05:00' });
    const report = await importing(store, sheets({ schedule: `${heading}\n${gap}\n${twice}\n` }));
    expect(report.rejected).toMatchObject([{ row: 2, column: 'start', value: '01:30' }]);
    expect(report.rejected[0]?.problem).toContain('it would mean 02:30');
    expect(report.warnings).toMatchObject([
      { row: 3, column: 'start', problem: expect.stringContaining('occurs twice') },
    ]);
    expect((await eventOf(store, 'E10')).content.when).toMatchObject({ start: '2027-10-31T01:30:00' });
  });

  it('the second row of an id', async () => {
    const report = await importing(
      store,
      sheets({ schedule: `${heading}\n${eventRow({})}\n${eventRow({ title: 'Other' })}\n` }),
    );
    expect(report).toMatchObject({ added: 1, rejected: [{ row: 3, column: 'id', value: 'E9' }] });
    expect((await eventOf(store, 'E9')).content.title).toBe('T');
  });

  it('a state the event cannot move to', async () => {
    const report = await importing(store, sheets({ schedule: 'id,status\nE1,idea\n' }));
    expect(report.rejected).toMatchObject([{ column: 'status', problem: expect.stringContaining('allowed: issued') }]);
  });

  it('a row that is too short, too long, or whose quote is never closed', async () => {
    const text = 'id,title\nE1\nE1,a,b\nE2,"open\nE1,Fine,,\n';
    const report = await importing(store, sheets({ schedule: text }));
    expect(report.rejected.map(each => [each.row, each.problem])).toEqual([
      [2, 'the row has 1 cells, the heading 2'],
      [3, 'the row has 3 cells, the heading 2'],
      [4, 'a quote is opened and not closed'],
    ]);
    expect((await eventOf(store, 'E1')).content.title).toBe('Fine');
  });

  it('a cell of 5 MB does not hold up the rest', async () => {
    const text = `id,title,notes\nE1,A,${'x'.repeat(5_000_000)}\nE2,B,ok\n`;
    expect(await importing(store, sheets({ schedule: text }))).toMatchObject({ changed: 1, rejected: [{ row: 2 }] });
  });
});

describe('bad rows of the other sheets', () => {
  it.each<[string, Record<string, string>, string, string]>([
    [
      'an address with a line break',
      { people: 'id,name,kind,email\nX,X,crew,"a@b.test\nBcc: c@d.test"\n' },
      'email',
      'line break',
    ],
    ['what is no address', { people: 'id,name,kind,email\nX,X,crew,a at b\n' }, 'email', 'not an e-mail address'],
    [
      'two addresses',
      { people: 'id,name,kind,email\nX,X,crew,"a@b.test,c@d.test"\n' },
      'email',
      'not an e-mail address',
    ],
    ['an unknown agent', { people: 'id,name,kind,agent\nX,X,cast,AG9\n' }, 'agent', 'no such person'],
    ['an unknown hotel', { people: 'id,name,kind,hotel\nX,X,cast,V9\n' }, 'hotel', 'no such venue'],
    ['an id with a colon', { people: 'id,name,kind\ndept:X,X,cast\n' }, 'id', 'colon'],
    ['a place off the globe', { venues: 'id,name,lat\nV9,X,91\n' }, 'lat', 'from -90 to 90'],
    ['an unknown member', { groups: 'id,members\nG,C1;C9\n' }, 'members', 'no such person or group'],
    ['negative minutes', { travel: 'from,to,minutes\nV1,V2,-5\n' }, 'minutes', 'not a whole number'],
    ['a call for an event nobody knows', { calls: 'event,person\nE99,C1\n' }, 'event', 'no such event'],
    ['a call for a person nobody knows', { calls: 'event,person\nE1,C99\n' }, 'person', 'no such person'],
    ['a stop at an unknown venue', { stops: 'event,order,venue\nE1,1,V9\n' }, 'venue', 'no such venue'],
    [
      'a changed date of what does not repeat',
      { overrides: 'event,occurrence,date\nE1,2027-03-02,2027-03-03\n' },
      'occurrence',
      'does not repeat',
    ],
    [
      'a changed date that the series has not',
      { overrides: 'event,occurrence,date\nE2,2027-03-02,2027-03-03\n' },
      'occurrence',
      'no such date',
    ],
    ['a constraint of an unknown kind', { constraints: 'person,kind\nC1,whim\n' }, 'kind', 'unknown; allowed'],
  ])('%s', async (_, texts, column, problem) => {
    const report = await importing(store, sheets(texts));
    expect(report).toMatchObject({ added: 0, changed: 0, rejected: [{ row: 2, column }] });
    expect(report.rejected[0]?.problem).toContain(problem);
  });

  it('groups in a circle: the row that closes it, and with it the row that needs it', async () => {
    const report = await importing(store, sheets({ groups: 'id,members\nA,C1\nB,A\nC,D;C1\nD,C\n' }));
    expect(report.rejected.map(each => [each.row, each.problem])).toEqual([
      [4, 'no such person or group'],
      [5, 'contains itself by way of others'],
    ]);
    expect([...(await snapshotOf(store)).groups.keys()]).toEqual(['A', 'B']);
  });

  it('a row rejected takes with it the rows that named only it', async () => {
    const source = sheets({
      people: 'id,name,kind,born\nX,X,crew,1990-13-01\n',
      groups: 'id,members\nG,X\n',
      schedule: `${heading}\n${eventRow({ required: 'G' })}\n`,
    });
    const report = await importing(store, source);
    expect(report.rejected.map(each => each.file)).toEqual(['groups.csv', 'people.csv', 'schedule.csv']);
  });

  it('a bad call leaves the event its other calls', async () => {
    const calls = 'event,person,arrive\nE1,C1,09:00\nE1,C2,nine\nE1,CA1,09:30\n';
    expect(await importing(store, sheets({ calls }))).toMatchObject({
      added: 2,
      rejected: [{ row: 3, column: 'arrive' }],
    });
    expect((await eventOf(store, 'E1')).content.calls.map(call => call.person)).toEqual(['C1', 'CA1']);
  });

  it('a selector that fits nobody, and a call for somebody not asked, are accepted and said', async () => {
    const report = await importing(
      store,
      sheets({ groups: 'id,members\nG,dept:Grip\n', calls: 'event,person\nE1,C2\n' }),
    );
    expect(report.rejected).toEqual([]);
    expect(report.warnings.map(each => each.problem)).toEqual([
      'fits nobody yet',
      'has a call, but E1 does not ask them',
    ]);
  });
});

describe('a cell that a spreadsheet would run', () => {
  it.each(['=1+1', '+44 7700', '-5', '@SUM(A1)', "'=1", "''=1", '\tx', 'plain', "it's", ''])(
    '%j reads back as it was',
    text => {
      expect(unguarded(guarded(text))).toBe(text);
    },
  );
  it('is written so that it does not run', () => expect(guarded('=HYPERLINK("x")')).toBe('\'=HYPERLINK("x")'));
});

describe('CSV', () => {
  it('may have semicolons, CRLF, quotes, and line breaks in cells', () => {
    const rows = csvRows('id;name;notes\r\n1;"a;b";"say ""hi""\r\ntwice"\r\n\r\n2;c;d');
    expect(rows.map(row => [row.line, ...row.cells])).toEqual([
      [1, 'id', 'name', 'notes'],
      [2, '1', 'a;b', 'say "hi"\r\ntwice'],
      [3, ''],
      [4, '2', 'c', 'd'],
    ]);
  });

  it('goes on in the line after a broken quote, wherever that is', () => {
    const rows = csvRows('id,name\n1,"open\n2,ok\n3,x"y"z\n4,"q"z\n5,"fine"\n6,"end');
    expect(rows.filter(row => row.problem === null).map(row => row.cells[0])).toEqual(['id', '2', '5']);
    expect(rows.map(row => row.line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
