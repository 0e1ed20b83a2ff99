import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brandId, type EventId } from '../../src/model/ids.ts';
import { readSource } from '../../src/schedule/read.ts';
import type { Store } from '../../src/store/store.ts';
import {
  company,
  emptyStore,
  eventOf,
  importing,
  london,
  people,
  schedule,
  sheets,
  snapshotOf,
  tidewrack,
} from './world.ts';

let store: Store;
beforeEach(async () => {
  store = await emptyStore();
});
afterEach(() => store[Symbol.asyncDispose]());

describe('TIDEWRACK', () => {
  it('is imported with every row, and a second import finds everything unchanged', async () => {
    const source = await readSource([tidewrack], london);
    const first = await importing(store, source);
    const total = 102 + 35 + 6 + 109 + 149 + 44 + 153 + 6;
    expect(first).toEqual({ added: total, changed: 0, removed: 0, unchanged: 0, rejected: [], warnings: [] });
    const before = await snapshotOf(store);
    expect([before.people.size, before.venues.size, before.groups.size, before.events.size]).toEqual([102, 35, 6, 149]);
    expect([before.travel.length, before.constraints.length]).toEqual([109, 6]);
    const second = await importing(store, source, { prune: true });
    expect(second).toEqual({ added: 0, changed: 0, removed: 0, unchanged: total, rejected: [], warnings: [] });
    expect((await snapshotOf(store)).revision).toBe(before.revision);
  });

  it('reads as its README says', async () => {
    await importing(store, await readSource([tidewrack], london));
    const { events, people, venues } = await snapshotOf(store);
    const content = (id: string) => events.get(brandId<EventId>(id))!.content;
    expect(content('SD18').when).toEqual({
      kind: 'timed',
      start: '2027-04-22T17:00:00',
      end: '2027-04-23T04:00:00',
      zone: 'Europe/London',
    });
    expect(content('SD18').calls.find(call => call.person === 'CA08')).toMatchObject({
      release: '03:00',
      driver: 'C59',
    });
    expect(content('E006').except).toEqual(['2027-03-22T10:00:00', '2027-03-29T10:00:00', '2027-05-03T10:00:00']);
    expect(content('H01-01').when).toMatchObject({ kind: 'all-day', start: '2027-03-29', end: '2027-04-02' });
    expect(content('BH01').when).toMatchObject({ kind: 'all-day', start: '2027-03-26', end: '2027-03-27' });
    expect(content('E026').stops).toHaveLength(6);
    expect(content('E026').stops[3]).toMatchObject({
      venue: 'V08',
      lunchStart: '12:20',
      shootDays: ['SD15', 'SD16', 'SD39'],
    });
    expect(content('E026').details).toMatchObject({ specRef: 'RC4', tourLeader: 'C26', vehicles: ['C60', 'C59'] });
    expect(content('E026').required).toEqual([{ kind: 'group', ref: 'RECCE_A' }]);
    expect(people.get(brandId('CA01'))?.extra).toMatchObject({ hotel: 'V20;V21' });
    expect(venues.get(brandId('V20'))).toMatchObject({ addressTier: 'P3', lat: expect.any(Number) });
    expect(content('E026').extra).toEqual({});
  });

  it('edited in one row changes one row, in a dry run nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'callboard-'));
    await cp(tidewrack, folder, { recursive: true });
    await importing(store, await readSource([folder], london));
    const file = join(folder, 'schedule.csv');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('2027-03-16,08:00,16:30', '2027-03-17,08:00,16:30'));
    const source = await readSource([folder], london);
    const dry = await importing(store, source, { dryRun: true });
    expect(dry).toMatchObject({ changed: 1, unchanged: 603 });
    expect((await eventOf(store, 'E026')).version).toBe(1);
    expect(await importing(store, source)).toEqual(dry);
    expect(await eventOf(store, 'E026')).toMatchObject({
      version: 2,
      sequence: 1,
      content: { when: { start: '2027-03-17T08:00:00' } },
    });
    await rm(folder, { recursive: true });
  });
});

describe('importing an edited sheet', () => {
  beforeEach(async () => {
    await importing(store, sheets(company));
  });
  const versions = async () => [...(await snapshotOf(store)).events.values()].map(event => event.version);

  it('leaves fields alone whose column is missing', async () => {
    const report = await importing(store, sheets({ schedule: 'ID,Title\nE1,Draft 4\n' }));
    expect(report).toMatchObject({ changed: 1, rejected: [] });
    const { content } = await eventOf(store, 'E1');
    expect(content).toMatchObject({ title: 'Draft 4', venue: 'V1', when: { start: '2027-03-02T10:00:00' } });
    expect(content.required).toHaveLength(2);
  });

  it('an emptied cell takes the value away, an unknown column is kept and reported', async () => {
    const report = await importing(store, sheets({ schedule: 'id,venue,Weather Risk\nE1,,high\nE2,V1,\n' }));
    expect(report.warnings).toEqual([
      { file: 'schedule.csv', row: 1, column: 'Weather Risk', value: '', problem: 'unknown column; kept as it is' },
    ]);
    expect((await eventOf(store, 'E1')).content).toMatchObject({ venue: null, extra: { 'Weather Risk': 'high' } });
    expect(await versions()).toEqual([2, 1]);
  });

  it('moves a night shoot by its date alone, the end with it', async () => {
    const night = 'id,kind,title,date,start,end,end_date\nN1,shoot_day,Night,2027-03-10,22:00,05:00,2027-03-11\n';
    await importing(store, sheets({ schedule: night }));
    await importing(store, sheets({ schedule: 'id,date\nN1,2027-03-20\n' }));
    expect((await eventOf(store, 'N1')).content.when).toMatchObject({ end: '2027-03-21T05:00:00' });
  });

  it('moves a series with its exceptions', async () => {
    await importing(store, sheets({ overrides: 'event,occurrence,start,end\nE2,2027-03-08,12:00,13:00\n' }));
    await importing(store, sheets({ schedule: 'id,start,end\nE2,15:00,16:00\n' }));
    const { content } = await eventOf(store, 'E2');
    expect(content.except).toEqual(['2027-03-15T15:00:00']);
    expect(content.overrides.map(each => each.occurrence)).toEqual(['2027-03-08T15:00:00']);
  });

  it('moves a series and says its changed date once more in the same import', async () => {
    const overrides = 'event,occurrence,date\nE2,2027-03-08,2027-03-09\n';
    await importing(store, sheets({ overrides }));
    await importing(store, sheets({ schedule: 'id,start,end\nE2,15:00,16:00\n', overrides }));
    const { content } = await eventOf(store, 'E2');
    expect(content.overrides.map(each => each.occurrence)).toEqual(['2027-03-08T15:00:00']);
  });

  it('S50 holds one moved and one cancelled date of a series', async () => {
    const overrides =
      'event,occurrence,date,start,end,venue,status,notes\nE2,2027-03-08,2027-03-09,,,V2,,Moved\nE2,2027-03-22,,,,,cancelled,\n';
    expect(await importing(store, sheets({ overrides }))).toMatchObject({ added: 2, rejected: [] });
    const { content } = await eventOf(store, 'E2');
    expect(content.overrides).toMatchObject([
      {
        occurrence: '2027-03-08T09:00:00',
        status: 'changed',
        when: { start: '2027-03-09T09:00:00', end: '2027-03-09T10:00:00' },
        venue: 'V2',
      },
      { occurrence: '2027-03-22T09:00:00', status: 'cancelled', when: null },
    ]);
    expect(await importing(store, sheets({ overrides }))).toMatchObject({ unchanged: 2, changed: 0 });
  });

  it('keeps an issued event issued although the sheet still says confirmed, until the row changes', async () => {
    const statused = (title: string) => `id,title,status\nE1,${title},confirmed\n`;
    await importing(store, sheets({ schedule: 'id,status\nE1,issued\n' }));
    expect(await importing(store, sheets({ schedule: statused('Script talk') }))).toMatchObject({ unchanged: 1 });
    await importing(store, sheets({ schedule: statused('Draft 4') }));
    expect((await eventOf(store, 'E1')).content.status).toBe('changed');
  });

  it('an edited date of a constraint is an edit, not a second constraint', async () => {
    const row = (to: string) =>
      `person,kind,from,to\nCA1,unavailable,2027-03-01,${to}\nCA1,unavailable,2027-04-01,2027-04-02\n`;
    await importing(store, sheets({ constraints: row('2027-03-02') }));
    expect(await importing(store, sheets({ constraints: row('2027-03-05') }))).toMatchObject({
      changed: 1,
      unchanged: 1,
      added: 0,
    });
    expect((await snapshotOf(store)).constraints.map(each => each.to)).toEqual(['2027-03-05', '2027-04-02']);
  });

  it('tells how far it is', async () => {
    const steps: string[] = [];
    const onProgress = (done: number, total: number, label: string) => steps.push(`${done}/${total} ${label}`);
    await importing(store, sheets({ schedule: 'id,title\nE1,A\nE2,B\n' }), { onProgress });
    expect(steps).toEqual(['1/2 E1', '2/2 E2']);
  });
});

describe('rows that vanished', () => {
  const oneLess = (text: string, id: string) =>
    text
      .split('\n')
      .filter(line => !line.startsWith(`${id},`))
      .join('\n');
  beforeEach(async () => {
    await importing(store, sheets({ ...company, calls: 'event,person,arrive\nE1,CA1,09:30\nE1,C1,09:45\n' }));
  });

  it('stay without prune', async () => {
    expect(await importing(store, sheets({ schedule: oneLess(schedule, 'E1') }))).toMatchObject({ removed: 0 });
    expect((await eventOf(store, 'E1')).content.status).toBe('confirmed');
  });

  it('are cancelled or removed with prune; sheets that are not given are left alone', async () => {
    const source = sheets({ schedule: oneLess(schedule, 'E1'), people: oneLess(people, 'C2') });
    const report = await importing(store, source, { prune: true });
    expect(report).toMatchObject({ removed: 2, warnings: [] });
    expect((await eventOf(store, 'E1')).content.status).toBe('cancelled');
    expect((await snapshotOf(store)).people.has(brandId('C2'))).toBe(false);
    expect((await snapshotOf(store)).venues.size).toBe(2);
    expect(await importing(store, source, { prune: true })).toMatchObject({ removed: 0, changed: 0 });
  });

  it('are kept, and said so, where something still refers to them', async () => {
    const report = await importing(store, sheets({ people: oneLess(people, 'CA1') }), { prune: true });
    expect(report).toMatchObject({
      removed: 0,
      warnings: [{ file: 'people', value: 'CA1', problem: 'its row is gone, but E1 still refers to it; not removed' }],
    });
  });

  it('a rejected row has not vanished', async () => {
    const broken = schedule.replace('2027-03-02', '2027-02-30');
    const report = await importing(store, sheets({ schedule: broken }), { prune: true });
    expect(report).toMatchObject({ removed: 0, rejected: [{ row: 2, column: 'date' }] });
    expect((await eventOf(store, 'E1')).version).toBe(1);
  });

  it('a call that vanished goes alone', async () => {
    const report = await importing(store, sheets({ calls: 'event,person,arrive\nE1,CA1,09:30\n' }), { prune: true });
    expect(report).toMatchObject({ removed: 1, unchanged: 1 });
    expect((await eventOf(store, 'E1')).content.calls.map(call => call.person)).toEqual(['CA1']);
  });
});
