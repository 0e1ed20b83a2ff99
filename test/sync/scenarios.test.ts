/** Acceptance scenarios of loss, loops, time and outages, on the real engine, store and CalDAV connector. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { instantOf, type LocalDateTime, type When } from '../../src/model/when.ts';
import { LeaseLostError } from '../../src/store/store.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { resolveFinding } from '../../src/sync/resolve.ts';
import { appointment, calendarOf, id, london, named, type Office, openOffice, tide, timed } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice(['C02', 'C03']);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const both = named('C02', 'C03');
const eleven = timed('2027-03-08T11:00', '2027-03-08T12:00');
const fill = async (count: number) => {
  for (let n = 0; n < count; n += 1) await office.save(`E${String(n).padStart(3, '0')}`);
};
const through = (hook: (method: string, pass: () => Promise<Response>) => Promise<Response>) =>
  Object.assign(office.parts, {
    fetch: (async (input, init) => await hook(init?.method ?? 'GET', () => fetch(input, init))) as typeof fetch,
  });
const unplain = (text: string | undefined) => (text ?? '').replaceAll('\r\n ', '');

describe('loss and resurrection', () => {
  it('S1 three hundred copies survive an empty answer', async () => {
    await fill(300);
    expect(await office.sync('C02')).toMatchObject({ created: 300, failed: [] });
    office.server.calendar('c02', 'diary').state.expireTokens();
    through(async () => new Response('', { status: 200 }));
    expect((await office.sync('C02')).failed).toHaveLength(1);
    expect((await office.row('C02')).state).toBe('unread');
    through((_method, pass) => pass());
    expect(await office.sync('C02')).toMatchObject({ created: 0, deleted: 0, failed: [] });
    expect(office.items('C02')).toHaveLength(300);
  });

  it('S2 a listing that fails on its third page proves nothing gone and leaves the cursor', async () => {
    await fill(25);
    await office.sync('C02');
    const before = (await office.row('C02')).cursor;
    office.server.switches.truncateAt = 5;
    office.server.calendar('c02', 'diary').state.expireTokens();
    let reports = 0;
    through((method, pass) => {
      if (method === 'REPORT') reports += 1;
      return reports === 4 ? Promise.reject(new TypeError('fetch failed')) : pass();
    });
    expect((await office.sync('C02')).failed).toHaveLength(1);
    expect((await office.row('C02')).cursor).not.toBe(before);
    expect((await office.row('C02')).cursor).toBeNull();
    const sights = await office.store.read(r => r.copies.sights(calendarOf('C02')));
    expect(sights.filter(sight => sight.observed.kind === 'gone')).toEqual([]);
    through((_method, pass) => pass());
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: [] });
  });

  it('S13 a deletion that could not be carried out leaves the pair, and the item is not taken as new', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { status: 'cancelled' });
    office.server.fail({ method: 'DELETE', reply: { status: 503 } });
    expect((await office.sync('C02')).failed).toHaveLength(1);
    const [copy] = await office.store.read(r => r.copies.copies(calendarOf('C02')));
    expect(copy).toMatchObject({ eventId: 'E001', state: 'placed' });
    const busy = await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }));
    expect(busy).toEqual([]);
    expect(await office.sync('C02')).toMatchObject({ deleted: 1, failed: [] });
    expect(office.items('C02')).toEqual([]);
  });

  it('S8 a copy of a cancelled event that shows up again is taken away, not imported', async () => {
    await office.save('E001');
    await office.sync();
    const text = office.items('C02')[0] ?? '';
    await office.save('E001', { status: 'cancelled' });
    await office.sync();
    office.add('C02', 'restored.ics', text);
    expect(await office.sync('C02')).toMatchObject({ deleted: 1, inbound: 0 });
    expect(office.items('C02')).toEqual([]);
    const event = await office.store.read(r => r.schedule.event(tide, id('E001')));
    expect(event?.content.status).toBe('cancelled');
  });

  it('S12 an item duplicated by its owner loses our mark and is never deleted', async () => {
    await office.save('E001');
    await office.sync('C02');
    const text = office.items('C02')[0] ?? '';
    office.add('C02', 'copy.ics', text.replace(/UID:.*/, 'UID:duplicate-by-hand'));
    await office.sync('C02');
    expect(office.items('C02')).toHaveLength(2);
    expect(office.items('C02').filter(item => item.includes('X-CALLBOARD-COPY'))).toHaveLength(1);
    await office.save('E001', { status: 'cancelled' });
    await office.sync('C02');
    expect(office.items('C02')).toHaveLength(1);
  });
});

describe('both-sides edits', () => {
  it('S17 our title is not reverted by their change of the place, met as a refused write', async () => {
    await office.save('E001');
    await office.sync('C02');
    await office.save('E001', { title: 'Big meeting' });
    let once = true;
    through((method, pass) => {
      if (method === 'PUT' && once) {
        once = false;
        office.edit('C02', 'Meeting E001', text => text.replace(/LOCATION:.*/, 'LOCATION:Their pub'));
      }
      return pass();
    });
    expect(await office.sync('C02')).toMatchObject({ updated: 1, failed: [] });
    expect(office.items('C02')[0]).toMatch(/SUMMARY:Big meeting[\s\S]*/);
    expect(office.items('C02')[0]).toContain('LOCATION:Their pub');
  });

  it('S19 the same change on both sides writes nothing and opens nothing', async () => {
    await office.save('E001');
    await office.sync('C02');
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T110000', 'T120000').replaceAll('T100000', 'T110000'));
    await office.save('E001', { when: eleven });
    expect(await office.sync('C02')).toMatchObject({ updated: 0, conflicts: 0, inbound: 0 });
    expect(await office.sync('C02')).toMatchObject({ updated: 0, requests: 1 });
  });

  it('S20 a clock that is twenty minutes behind changes nothing about the outcome', async () => {
    const outcomes: unknown[] = [];
    for (const shift of [0, -20 * 60_000, 20 * 60_000]) {
      await using other = await openOffice();
      await other.save('E001');
      await other.sync();
      other.clock += shift;
      other.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
      await other.save('E001', { when: eleven });
      await other.sync();
      const text = other.items('C02')[0] ?? '';
      const [finding] = await other.findings('open');
      outcomes.push([/DTSTART.*/.exec(text)?.[0], finding?.kind, finding?.met]);
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });

  it('S26 after a decision the losing value can still be read, and taken up', async () => {
    await office.save('E001');
    await office.sync('C02');
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
    await office.save('E001', { when: eleven });
    await office.sync('C02');
    const [finding] = await office.findings('open');
    if (!finding) throw new Error('no finding');
    await resolveFinding(office.store, { id: finding.id, choice: 'theirs', by: 'Bethan', now: office.clock, held: [] });
    await office.sync();
    expect(office.items('C02')[0]).toContain('T140000');
    const [decided] = await office.findings('decided');
    expect(decided?.met[0]).toMatchObject({
      ours: { start: '2027-03-08T11:00:00' },
      theirs: { start: '2027-03-08T14:00:00' },
    });
    const history = await office.store.read(r => r.schedule.history(tide, id('E001')));
    expect(history.map(line => line.content.when.start)).toContain('2027-03-08T11:00:00');
  });

  it('a proposal that is turned down is put back in their calendar', async () => {
    await office.save('E001');
    await office.sync('C02');
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
    await office.sync('C02');
    const [finding] = await office.findings('open');
    if (!finding) throw new Error('no finding');
    await resolveFinding(office.store, {
      id: finding.id,
      choice: 'canonical',
      by: 'Bethan',
      now: office.clock,
      held: [],
    });
    expect(await office.sync('C02')).toMatchObject({ updated: 1 });
    expect(office.items('C02')[0]).toContain('T100000');
    expect(await office.sync('C02')).toMatchObject({ updated: 0, conflicts: 0 });
  });

  it('a removed copy is put back when the office asks for it', async () => {
    await office.save('E001');
    await office.sync('C02');
    office.drop('C02', 'Meeting E001');
    await office.sync('C02');
    const [finding] = await office.findings('open');
    if (!finding) throw new Error('no finding');
    await resolveFinding(office.store, {
      id: finding.id,
      choice: 'canonical',
      by: 'Bethan',
      now: office.clock,
      held: [],
    });
    expect(await office.sync('C02')).toMatchObject({ created: 1 });
    expect(office.items('C02')).toHaveLength(1);
  });
});

describe('loops and duplicates', () => {
  it('S28 a server that rewrites what it stores is written to once', async () => {
    office.server.switches.rewrites = true;
    await office.save('E001', {
      notes: 'Bring the schedule.\r\n  And a pencil.  ',
      rrule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=5',
    });
    await office.sync('C02');
    for (let pass = 0; pass < 2; pass += 1) {
      expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, conflicts: 0, inbound: 0 });
    }
    office.edit('C02', 'Meeting E001', text => text.replace('BEGIN:VEVENT', 'BEGIN:VEVENT\r\nX-PHONE:1'));
    expect(await office.sync('C02')).toMatchObject({ updated: 0, conflicts: 0 });
  });

  it('S30 two daemons on one store: a lease lets only one of them write', async () => {
    await office.save('E001');
    const second = office.restart();
    const signal = new AbortController().signal;
    const states = await Promise.all(
      [office.parts, second, office.parts, second].map(
        async parts => (await reconcile(parts, calendarOf('C02'), signal)).state,
      ),
    );
    expect(states).toContain('done');
    expect(office.items('C02')).toHaveLength(1);
    const { link } = await office.row('C02');
    const until = office.clock + 1000;
    const lease = await office.store.write(r => r.calendars.takeLease(link.account, 'other', office.clock, until));
    expect(lease).not.toBeNull();
    await expect(
      office.store.write(async r => {
        if (lease) await r.calendars.requireLease({ ...lease, epoch: lease.epoch - 1 });
      }),
    ).rejects.toBeInstanceOf(LeaseLostError);
  });

  it('S36 an insert that is answered with “too many” forty times although it succeeded stays one', async () => {
    await office.save('E001');
    for (let attempt = 0; attempt < 40; attempt += 1) {
      office.server.fail({ method: 'PUT', after: true, reply: { status: 429, headers: { 'retry-after': '1' } } });
      await office.sync('C02');
      office.clock += 2 * 60 * 60_000;
    }
    await office.sync('C02');
    expect(office.items('C02')).toHaveLength(1);
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, failed: [] });
  });
});

describe('time', () => {
  it('S41 an all-day hold is the same one day for everybody', async () => {
    const when: When = { kind: 'all-day', start: '2027-03-14', end: '2027-03-15', zone: london } as When;
    await office.save('E001', { when, required: both });
    await office.sync();
    for (const person of ['C02', 'C03']) {
      expect(office.items(person)[0]).toContain('DTSTART;VALUE=DATE:20270314');
      expect(office.items(person)[0]).toContain('DTEND;VALUE=DATE:20270315');
    }
    expect(await office.sync()).toMatchObject({ updated: 0, conflicts: 0 });
  });

  it('S42 a whole day becomes a time and back, without a remnant', async () => {
    const day: When = { kind: 'all-day', start: '2027-03-14', end: '2027-03-15', zone: london } as When;
    await office.save('E001', { when: day });
    await office.sync('C02');
    await office.save('E001', { when: eleven });
    await office.sync('C02');
    expect(office.items('C02')[0]).not.toContain('VALUE=DATE:');
    await office.save('E001', { when: day });
    await office.sync('C02');
    expect(office.items('C02')[0]).not.toMatch(/T\d{6}[\s\S]*DTEND;TZID|BEGIN:VTIMEZONE/);
    expect(await office.sync('C02')).toMatchObject({ updated: 0, conflicts: 0 });
  });

  it('S43 a weekly meeting stays at its wall time across the clock change', async () => {
    await office.save('E001', {
      when: timed('2027-03-22T09:00', '2027-03-22T10:00'),
      rrule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=4',
    });
    await office.sync('C02');
    const text = unplain(office.items('C02')[0]);
    expect(text).toContain('DTSTART;TZID=Europe/London:20270322T090000');
    expect(text).toContain('RRULE:FREQ=WEEKLY');
    expect(text).toContain('BEGIN:VTIMEZONE');
  });

  it('S45 a night shoot over the autumn change is one item with its own wall times', async () => {
    await office.save('E001', { when: timed('2027-10-30T22:00', '2027-10-31T05:00') });
    await office.sync('C02');
    const text = unplain(office.items('C02')[0]);
    expect(text).toContain('DTSTART;TZID=Europe/London:20271030T220000');
    expect(text).toContain('DTEND;TZID=Europe/London:20271031T050000');
  });

  it('S47 what begins before the window and ends inside it is neither dropped nor deleted', async () => {
    const edge = timed('2027-02-15T07:00', '2027-02-15T10:00');
    const midnight: When = { kind: 'all-day', start: '2027-02-15', end: '2027-02-16', zone: london } as When;
    await office.save('E001', { when: edge });
    await office.save('E002', { when: midnight });
    expect(await office.sync('C02')).toMatchObject({ created: 2 });
    expect(await office.sync('C02')).toMatchObject({ created: 0, deleted: 0 });
  });

  it('S48 the window slides: new events come in, what it leaves behind stays', async () => {
    await office.save('E001', { when: timed('2027-02-23T10:00', '2027-02-23T11:00') });
    await office.save('E002', { when: timed('2028-04-03T10:00', '2028-04-03T11:00') });
    expect(await office.sync('C02')).toMatchObject({ created: 1 });
    office.clock = instantOf('2027-03-09T09:00:00' as LocalDateTime, london);
    expect(await office.sync('C02')).toMatchObject({ created: 1, deleted: 0 });
    expect(office.items('C02')).toHaveLength(2);
    await office.save('E001', { title: 'Renamed long after' });
    expect(await office.sync('C02')).toMatchObject({ updated: 0, deleted: 0 });
  });

  it('S56 an occurrence left out by a client in UTC is the same occurrence', async () => {
    await office.save('E001', {
      when: timed('2027-03-22T09:00', '2027-03-22T10:00'),
      rrule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=4',
    });
    await office.sync('C02');
    office.edit('C02', 'Meeting E001', text => text.replace('SUMMARY:', 'EXDATE:20270405T080000Z\r\nSUMMARY:'));
    await office.sync('C02');
    const [finding] = await office.findings('open');
    expect(finding?.met).toMatchObject([
      { field: 'series', occurrence: '2027-04-05T09:00:00' as OccurrenceStart, theirs: 'off' },
    ]);
  });
});

describe('outages and tokens', () => {
  it('S61 three edits made while a provider is down become one write when it is back', async () => {
    await office.save('E001');
    await office.sync('C02');
    office.server.switches.down = true;
    for (const title of ['One', 'Two', 'Three']) {
      await office.save('E001', { title });
      expect((await office.sync('C02')).failed).toHaveLength(1);
    }
    office.server.switches.down = false;
    expect(await office.sync('C02')).toMatchObject({ updated: 1, conflicts: 0, failed: [] });
    expect(office.items('C02')[0]).toContain('SUMMARY:Three');
  });

  it('S9 one calendar in trouble does not hold up another', async () => {
    await office.save('E001', { required: both });
    office.server.removeCalendar('c02', 'diary');
    const report = await office.sync();
    expect(report).toMatchObject({ created: 1, failed: [{ calendar: 'C02-caldav' }] });
    expect(office.items('C03')).toHaveLength(1);
  });

  it('S72 a crash between reading and storing reads the change again', async () => {
    await office.save('E001');
    await office.sync('C02');
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
    const runtime = {
      ...office.parts.runtime,
      bias: (point: string) => {
        if (point === 'before-page') throw new Error('killed');
      },
    };
    const killed = { ...office.parts, runtime };
    expect((await reconcile(killed, calendarOf('C02'), new AbortController().signal)).state).toBe('failed');
    expect(await office.sync('C02')).toMatchObject({ conflicts: 1, failed: [] });
  });

  it('S35 killed between the write and its record: the copy is found again, once', async () => {
    await office.save('E001');
    const runtime = {
      ...office.parts.runtime,
      bias: (point: string) => {
        if (point === 'before-record') throw new Error('killed');
      },
    };
    await reconcile({ ...office.parts, runtime }, calendarOf('C02'), new AbortController().signal);
    expect(office.items('C02')).toHaveLength(1);
    expect(await office.sync('C02')).toMatchObject({ conflicts: 0, failed: [] });
    expect(office.items('C02')).toHaveLength(1);
    const [copy] = await office.store.read(r => r.copies.copies(calendarOf('C02')));
    expect(copy).toMatchObject({ state: 'placed', generation: 0 });
  });

  it('S74 a password that is no longer good stops the calendar and says so', async () => {
    await office.save('E001');
    office.server.addUser({ name: 'c02', password: 'changed' });
    expect((await office.sync('C02')).failed).toHaveLength(1);
    expect(await office.row('C02')).toMatchObject({
      state: 'needs-consent',
      problem: expect.stringMatching(/password|sign/i),
    });
  });

  it('S94 a private appointment that goes away is no longer busy time', async () => {
    office.add('C02', 'dentist.ics', appointment('d1', '20270309T140000Z', '20270309T150000Z'));
    await office.sync('C02');
    office.drop('C02', 'Dentist');
    await office.sync('C02');
    expect(await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }))).toEqual([]);
  });

  it('S95 a birthday shown as free is not busy', async () => {
    office.add('C02', 'birthday.ics', appointment('b1', '20270309T000000Z', '20270310T000000Z', 'TRANSP:TRANSPARENT'));
    await office.sync('C02');
    expect(await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }))).toEqual([]);
  });
});

describe('cards', () => {
  it('S26 a second conflict about the same copy leaves the first one’s values readable', async () => {
    await office.save('E001');
    await office.sync('C02');
    const meet = async (theirs: string, ours: string) => {
      office.edit('C02', 'Meeting E001', text =>
        text
          .replace(
            /(DT(?:START|END);TZID=Europe.London:20270308T)\d\d(\d{4})/g,
            (_all, head, rest) => `${head}${theirs}${rest}`,
          )
          .replace(/(DTEND.*T\d\d)00/, '$145'),
      );
      await office.save('E001', { when: timed(`2027-03-08T${ours}:00`, `2027-03-08T${ours}:45`) });
      await office.sync('C02');
      const [finding] = await office.findings('open');
      if (!finding) throw new Error('no finding');
      await resolveFinding(office.store, {
        id: finding.id,
        choice: 'canonical',
        by: 'Bethan',
        now: office.clock,
        held: [],
      });
    };
    await meet('14', '09');
    await meet('15', '08');
    const theirs = (await office.findings('decided')).flatMap(finding =>
      finding.met.map(met => JSON.stringify(met.theirs)),
    );
    expect(theirs.some(value => value.includes('T14:00'))).toBe(true);
    expect(theirs.some(value => value.includes('T15:00'))).toBe(true);
  });
});
