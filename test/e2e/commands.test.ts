/** Every command as an office uses it, on TIDEWRACK and a CalDAV server of its own. */
import { once } from 'node:events';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaldavSandbox, startCaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import type { Finding } from '../../src/model/finding.ts';
import { createSecretKey } from '../../src/runtime/secret-box.ts';
import type { ImportReport } from '../../src/schedule/import.ts';
import type { SyncReport } from '../../src/sync/sync-once.ts';
import { openWorkplace, tidewrack, type Workplace } from './command.ts';

const production = 'production: { id: tidewrack, name: TIDEWRACK, timezone: Europe/London }';
type Row = Readonly<Record<string, string>>;
type Exported = Readonly<{ production: Row; people: Row[]; schedule: Row[] }>;
type Listed = Readonly<{
  id: string;
  state: string;
  problem: string | null;
  lastSyncAt: string | null;
  source: string;
}>;
type Sent = Readonly<{ id: string; event: string; person: string; state: string; waitsFor: string | null }>;

/** The schedule as the office has it, without how often it was saved. */
async function scheduleOf(place: Workplace): Promise<Omit<Exported, 'production'>> {
  const { production: _, ...rest } = JSON.parse((await place.callboard('export', '--format', 'json')).out) as Exported;
  return rest;
}

describe('import, export and backup', () => {
  let place: Workplace;
  const sheets = () => join(place.folder, 'sheets');
  const edit = async (change: (text: string) => string) => {
    const file = join(sheets(), 'schedule.csv');
    await writeFile(file, change(await readFile(file, 'utf8')));
  };

  beforeAll(async () => {
    place = await openWorkplace();
    await place.configure([production, 'store: sqlite:c.db'].join('\n'));
    await cp(tidewrack, sheets(), { recursive: true });
  });
  afterAll(() => place?.[Symbol.asyncDispose]());

  it('a dry run says what would happen and stores nothing', async () => {
    const { code, out, err } = await place.callboard('import', 'sheets', '--dry-run');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe('nothing was stored (dry run): 604 added, 0 changed, 0 removed, 0 unchanged, 0 rejected\n');
    expect((await place.callboard('status')).out).toContain('TIDEWRACK (Europe/London): 0 events, 0 people');
  });

  it('an import fills the schedule, and the same sheets again change nothing', async () => {
    expect(await place.json<ImportReport>([0], 'import', 'sheets')).toMatchObject({ added: 604, rejected: [] });
    expect(await place.json<ImportReport>([0], '--json', 'import', 'sheets')).toMatchObject({
      added: 0,
      unchanged: 604,
    });
    expect((await place.callboard('status')).out).toContain('149 events, 102 people; revision 1\n');
  });

  it('an edited sheet edits the schedule; a row that vanished stays until it is pruned', async () => {
    await edit(sheet => sheet.replace('2027-03-16,08:00,16:30', '2027-03-16,07:30,16:30'));
    await edit(sheet => sheet.replace(/^E003,.*\n/m, ''));
    expect(await place.json([0], 'import', 'sheets', '--by', 'Bethan')).toMatchObject({ changed: 1, removed: 0 });
    const moved = (await scheduleOf(place)).schedule.find(row => row['id'] === 'E026');
    expect(moved).toMatchObject({ start: '07:30', end: '16:30' });
    expect(await place.json([0], 'import', 'sheets', '--prune')).toMatchObject({ changed: 0, removed: 1 });
    const pruned = (await scheduleOf(place)).schedule.find(row => row['id'] === 'E003');
    expect(pruned).toMatchObject({ status: 'cancelled' });
  });

  it('import(export(x)) = x, through every sheet form', async () => {
    const x = await scheduleOf(place);
    for (const [format, file] of [
      ['csv', 'folder'],
      ['xlsx', 'week.xlsx'],
      ['json', 'all.json'],
    ] as const) {
      expect((await place.callboard('export', '--format', format, '--out', file)).code).toBe(0);
      await using other = await openWorkplace();
      await other.configure([production, 'store: sqlite:other.db'].join('\n'));
      expect(await other.json([0], 'import', join(place.folder, file)), format).toMatchObject({ rejected: [] });
      expect(await scheduleOf(other), format).toEqual(x);
    }
    expect((await place.callboard('export', '--format', 'ics', '--out', 'all.ics')).code).toBe(0);
    expect(await place.json([0], 'import', 'all.ics')).toMatchObject({ added: 0, changed: 0, rejected: [] });
  });

  it('an actor’s export shows their own hotel and nothing of anybody else’s', async () => {
    const sheet = await readFile(join(tidewrack, 'schedule.csv'), 'utf8');
    const hotels = sheet.split('\n').filter(line => line.includes(',accommodation,'));
    const idsOf = (lines: readonly string[]) => lines.map(line => line.split(',')[0]!);
    const own = idsOf(hotels.filter(line => line.includes(',CA01,')));
    const others = idsOf(hotels).filter(id => !own.includes(id));
    expect([own.length > 5, others.length > 5]).toEqual([true, true]);
    const { schedule } = JSON.parse(
      (await place.callboard('export', '--format', 'json', '--person', 'CA01')).out,
    ) as Exported;
    const shown = schedule.map(row => row['id']);
    expect(shown).toEqual(expect.arrayContaining(own));
    expect(shown.filter(id => others.includes(id ?? ''))).toEqual([]);
    const { out } = await place.callboard('export', '--format', 'ics', '--person', 'CA01');
    const entries = out.split('BEGIN:VEVENT').length - 1;
    expect(entries).toBe(schedule.length);
    expect(out.match(/SUMMARY:.*(?:Hotel|Ropewalk|Alderman)/g)).toHaveLength(own.length);
    expect(out).not.toContain('ATTENDEE');
    await place.callboard('export', '--format', 'csv', '--person', 'CA01', '--out', 'hers');
    expect(await readFile(join(place.folder, 'hers', 'schedule.csv'), 'utf8')).not.toMatch(/^(?:H0[2-9]|H1\d)-/m);
    expect((await place.callboard('export', '--format', 'xlsx', '--person', 'CA01', '--out', 'hers.xlsx')).code).toBe(
      0,
    );
  });

  it('a backup is everything, and brings everything back', async () => {
    const before = await scheduleOf(place);
    expect(await place.json([0], 'backup', 'day.gz')).toEqual({ file: 'day.gz' });
    await edit(sheet => sheet.replace('2027-03-16,07:30', '2027-03-16,06:00'));
    expect(await place.json([0], 'import', 'sheets')).toMatchObject({ changed: 1 });
    const { code, out } = await place.callboard('restore', 'day.gz');
    expect([code, out]).toEqual([0, expect.stringContaining('restored from day.gz')]);
    expect(await scheduleOf(place)).toEqual(before);
  });

  it('what comes with a later version says so and fails', async () => {
    for (const line of ['worker', 'check --json', 'token create --role viewer --name Bethan']) {
      const { code, out, err } = await place.callboard(...line.split(' '));
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/^callboard: `callboard \w+` comes with a later version; nothing was done\n$/);
    }
  });
});

describe('calendars', () => {
  let place: Workplace;
  let sandbox: CaldavSandbox;
  let urls: Readonly<Record<'C02' | 'C06', string>>;
  const calendars = () => place.json<Listed[]>([0], 'calendars', 'list');
  const items = (person: string) => sandbox.calendar('unit', person).state.items();
  const sync = (code: number, ...more: string[]) => place.json<SyncReport>([code], 'sync', '--once', ...more);

  beforeAll(async () => {
    sandbox = await startCaldavSandbox({
      runtime: { sleep: async () => {} },
      users: [{ name: 'unit', password: 'secret' }],
    });
    urls = { C06: sandbox.addCalendar('unit', 'C06').url, C02: sandbox.addCalendar('unit', 'C02').url };
    place = await openWorkplace();
    await place.configure(
      [
        production,
        'store: sqlite:c.db',
        `secretsKey: "${createSecretKey()}"`,
        'mail: { transport: "file:outbox" }',
        'server: { port: 0 }',
        'calendars:',
        `  - { person: C06, provider: caldav, url: "${urls.C06}", username: unit, password: secret }`,
      ].join('\n'),
    );
    await writeFile(join(place.folder, 'password'), 'secret\n');
    await place.json([0], 'import', tidewrack);
  });
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]();
    await sandbox?.stop();
  });

  const add = (url: string, ...more: string[]) =>
    place.callboard(
      ...['calendars', 'add', '--person', 'C02', '--provider', 'caldav', '--url', url],
      ...['--user', 'unit', '--password-file', 'password', ...more],
    );

  it('the address of a server lists what is there and links nothing', async () => {
    const { code, out, err } = await add(sandbox.url);
    expect(code).toBe(1);
    expect(out.trimEnd().split('\n').sort()).toEqual([`${urls.C02}  C02`, `${urls.C06}  C06`]);
    expect(err).toBe(`callboard: ${sandbox.url} is no calendar itself; 2 calendars are there: say which with --url\n`);
    const asJson = await add(`${sandbox.url}/`, '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({ linked: null, found: [{ name: 'C06' }, { name: 'C02' }] });
    expect(await calendars()).toHaveLength(1);
  });

  it('a calendar is linked once; asked for again it is changed in place', async () => {
    expect(await add(urls.C02)).toMatchObject({ code: 0, out: expect.stringContaining('linked: C02-caldav;') });
    expect(await add(urls.C02.slice(0, -1), '--mode', 'publish')).toMatchObject({ code: 0 });
    expect(await calendars()).toMatchObject([
      { id: 'C02-caldav', mode: 'publish', source: 'added', lastSyncAt: null },
      { id: 'C06-caldav', mode: 'two-way', source: 'config', lastSyncAt: null },
    ]);
    expect(await add(urls.C02)).toMatchObject({ code: 0 });
    const { out } = await place.callboard('calendars', 'list');
    expect(out).toMatch(/^C02-caldav +Idris Calloway +two-way +ok +polling +never$/m);
    expect(JSON.stringify(await calendars())).not.toContain('secret');
    expect(await place.callboard('calendars', 'test', 'C02-caldav')).toMatchObject({
      code: 0,
      out: 'C02-caldav answers\n',
    });
  });

  it('sync fills them, and then is at rest', async () => {
    const first = await sync(0);
    expect(first).toMatchObject({
      calendars: 2,
      conflicts: 0,
      failed: [],
      created: items('C02').length + items('C06').length,
    });
    expect(first.created).toBeGreaterThan(30);
    expect(await sync(0)).toMatchObject({ created: 0, updated: 0, deleted: 0, requests: 2, failed: [] });
    const { out, err } = await place.callboard('sync', '--once', '--calendar', 'C06-caldav');
    expect(err).toBe('');
    expect(out).toMatch(/^1 calendar in [\d.]+ s, 1 request\nwritten: 0 created, 0 updated, 0 deleted; /);
    expect((await place.callboard('calendars', 'list')).out).toMatch(
      /two-way +ok +polling +\w{3} \d+ \w{3} \d{4} \d\d:\d\d$/m,
    );
  });

  it('what a person changes is a finding, and sync ends with 3 until somebody decides', async () => {
    const single = items('C06').find(({ content }) => !content.includes('RRULE:FREQ=WEEKLY'))!;
    const renamed = single.content.replace(/SUMMARY:[^\r\n]*/, 'SUMMARY:Renamed by \u001b[31mTobiah');
    sandbox.calendar('unit', 'C06').state.put(single.id, single.uid, renamed);
    expect(await sync(3)).toMatchObject({ conflicts: 1, failed: [] });
    expect(await sync(0, '--calendar', 'C02-caldav')).toMatchObject({ calendars: 1 });
    expect((await place.callboard('sync', '--once')).out).toContain(
      'to decide: 1 finding; see `callboard conflicts list`',
    );
    const [finding] = await place.json<Finding[]>([0], 'conflicts', 'list');
    expect(finding).toMatchObject({ kind: 'proposal', state: 'open', person: 'C06' });
    const { out } = await place.callboard('conflicts', 'list');
    expect(out).toMatch(
      / {2}title: was “.+”; ours “.+”; theirs “Renamed by .*Tobiah”\n {2}decide: callboard conflicts/,
    );
    expect(out).not.toMatch(/[{}]/);
    expect(out).not.toContain('\u001b');
    const take = ['conflicts', 'resolve', finding!.id, '--take', 'theirs', '--by', 'Bethan Larkspur'];
    expect((await place.callboard(...take)).out).toContain('theirs (by Bethan Larkspur)');
    expect(await place.callboard(...take)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is decided already'),
    });
    await sync(0);
    expect((await place.callboard('conflicts', 'list')).out).toBe('nothing is open\n');
    expect((await place.callboard('conflicts', 'list', '--all')).out).toMatch(
      /decided: theirs by Bethan Larkspur, \w{3} /,
    );
  });

  it('a calendar that came back empty is halted until it is released', async () => {
    for (const { id } of items('C02')) sandbox.calendar('unit', 'C02').state.remove(id);
    expect((await sync(3)).failed).toMatchObject([{ calendar: 'C02-caldav' }]);
    expect(await calendars()).toMatchObject([{ id: 'C02-caldav', state: 'halted' }, { state: 'ok' }]);
    expect((await place.callboard('status')).out).toMatch(/^C02-caldav +halted +\S/m);
    expect((await place.callboard('doctor')).out).toMatch(
      /FAULT +calendar C02-caldav: .+\n +mend: .*calendars release C02-caldav/,
    );
    expect(await place.json([0], 'calendars', 'release', 'C02-caldav')).toEqual({ released: ['C02-caldav'] });
    expect((await place.callboard('calendars', 'release', '--all')).out).toBe('no brake is on\n');
    await place.json([0, 3], 'sync', '--once');
    expect((await calendars())[0]).toMatchObject({ id: 'C02-caldav', state: 'ok' });
  });

  it('serve answers while another command uses the store, and ends when it is asked to', async () => {
    const daemon = place.start('serve', '--json');
    const closed = once(daemon, 'close');
    const log = text(daemon.stderr!);
    const [start] = (await once(daemon.stdout!, 'data')) as [Buffer];
    const { url } = JSON.parse(start.toString()) as { url: string };
    try {
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
      expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('callboard_');
      expect(await place.json([0], 'import', tidewrack)).toMatchObject({ rejected: [] });
      expect(await place.json([0], 'backup', 'running.gz')).toEqual({ file: 'running.gz' });
    } finally {
      daemon.kill('SIGTERM');
    }
    expect((await closed).slice(0, 2)).toEqual([0, null]);
    expect(await log).toContain('callboard is running');
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('a failed calendar is named and ends sync with 3; doctor knows the mend', async () => {
    sandbox.removeCalendar('unit', 'C02');
    const { code, out, err } = await place.callboard('sync', '--once', '--calendar', 'C02-caldav');
    expect([code, err]).toEqual([3, '']);
    expect(out).toContain('failed: C02-caldav: the calendar is not there');
    expect(await place.callboard('calendars', 'test', 'C02-caldav')).toMatchObject({
      code: 1,
      out: 'C02-caldav: the calendar is not there\n',
    });
    const { ok, checks } = await place.json<{ ok: boolean; checks: { what: string; ok: boolean; mend: string }[] }>(
      [1],
      'doctor',
    );
    expect(ok).toBe(false);
    expect(checks.filter(check => !check.ok)).toMatchObject([
      { what: 'calendar C02-caldav', mend: expect.stringContaining('check the address of the calendar') },
    ]);
  });

  it('a link of one’s own is removed; one of the configuration is not', async () => {
    expect(await place.json([0], 'calendars', 'remove', 'C02-caldav')).toEqual({ removed: 'C02-caldav' });
    expect(await place.callboard('calendars', 'remove', 'C06-caldav')).toMatchObject({
      code: 1,
      err: 'callboard: C06-caldav stands in the configuration file; take it out there\n',
    });
    expect(await calendars()).toMatchObject([{ id: 'C06-caldav' }]);
    expect(await place.callboard('doctor')).toMatchObject({ code: 0, err: '' });
  });
});

describe('mail', () => {
  let place: Workplace;
  const list = () => place.json<Sent[]>([0], 'mail', 'list');
  const outbox = () => readdir(join(place.folder, 'outbox')).catch(() => []);

  beforeAll(async () => {
    place = await openWorkplace();
    await place.configure(
      [production, 'store: sqlite:c.db', 'mail: { transport: "file:outbox", quietHours: off }'].join('\n'),
    );
    await writeFile(
      join(place.folder, 'people.csv'),
      'id,name,kind,email\nP1,Ann Tull,crew,ann@tidewrack.test\nP2,Bob Hale,crew,bob@tidewrack.test\n',
    );
    await writeFile(
      join(place.folder, 'schedule.csv'),
      'id,kind,title,date,start,end,required\nM1,production_meeting,Week one,2027-04-01,10:00,11:00,P1;P2\n',
    );
    await place.json([0], 'import', place.folder);
  });
  afterAll(() => place?.[Symbol.asyncDispose]());

  it('the first batch waits, and a flush says that it does', async () => {
    expect(await list()).toMatchObject([
      { event: 'M1', person: 'P1', kind: 'invite', state: 'held', waitsFor: 'release' },
      { event: 'M1', person: 'P2', kind: 'invite', state: 'held', waitsFor: 'release' },
    ]);
    expect((await place.callboard('mail', 'list')).out).toMatch(/M1 +P1 +invite +held +when released$/m);
    const { code, out } = await place.callboard('mail', 'flush');
    expect([code, out]).toEqual([
      0,
      'sent: 0; failed: 0; to be tried again: 0\nwaiting for `callboard mail release`: 2\n',
    ]);
    expect(await outbox()).toEqual([]);
  });

  it('a preview is what one reader would get', async () => {
    const { out } = await place.callboard('mail', 'preview', '--event', 'M1', '--person', 'P1');
    expect(out).toMatch(/^From: .*\nTo: "Ann Tull" <ann@tidewrack.test>\nSubject: .*Week one/);
    expect(out).not.toContain('bob@tidewrack.test');
    expect(await place.json([0], 'mail', 'preview', '--event', 'M1')).toHaveLength(2);
  });

  it('an id that there is not releases nothing, not even those beside it', async () => {
    const [first] = await list();
    const { code, err } = await place.callboard('mail', 'release', first!.id, 'M99');
    expect([code, err]).toEqual([1, 'callboard: there is no message “M99”; see `callboard mail list`\n']);
    expect((await list()).map(message => message.waitsFor)).toEqual(['release', 'release']);
  });

  it('release --all and flush send everything, once', async () => {
    expect(await place.json([0], 'mail', 'release', '--all')).toEqual({ released: 2 });
    const result = { sent: 2, failed: 0, later: 0, waiting: 0, problem: null };
    expect(await place.json([0], 'mail', 'flush')).toEqual(result);
    expect(await place.json([0], 'mail', 'flush')).toEqual({ ...result, sent: 0 });
    expect(await outbox()).toHaveLength(2);
    expect((await list()).map(message => message.state)).toEqual(['sent', 'sent']);
    expect((await place.callboard('status')).out).toContain('messages: 2 sent\n');
  });
});
