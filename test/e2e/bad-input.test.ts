/** What an office gets wrong, through the command line: one line that says why, and a store that is as it was. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CaldavSandbox, startCaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import { createSecretKey } from '../../src/runtime/secret-box.ts';
import { schemaNumber } from '../../src/store/migrator.ts';
import { openWorkplace, type Ran, tidewrack, type Workplace } from './command.ts';

const production = 'production: { id: tidewrack, name: TIDEWRACK, timezone: Europe/London }';
const secretsKey = createSecretKey();

let place: Workplace;
const configure = (...lines: string[]) =>
  place.configure(
    [production, 'mail: { transport: "file:outbox" }', `secretsKey: "${secretsKey}"`, ...lines].join('\n'),
  );
const path = (name: string) => join(place.folder, name);

/** Every row of every table, as another program reads them. */
function contents(file = 'c.db'): string {
  const db = new DatabaseSync(path(file), { readOnly: true });
  const tables = db.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  const rows = tables.map(({ name }) => [name, db.prepare(`select * from "${String(name)}"`).all()]);
  db.close();
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}

/** Failed with one line, no stack trace, nothing on standard output. */
function reason({ code, out, err }: Ran, expected = 1): string {
  expect({ code, out }).toEqual({ code: expected, out: '' });
  expect(err).toMatch(/^callboard: [^\n]+\n(?:\(.*--help.*\)\n|\(Did you mean .*\)\n)*$/);
  expect(err).not.toMatch(/defect|E[A-Z]{4,}:/);
  return err.split('\n')[0]!.slice('callboard: '.length);
}

const reasons = async (lines: readonly (readonly string[])[], code = 1) => {
  const said: string[] = [];
  // Two at a time: as many as the smallest machine has cores.
  for (let at = 0; at < lines.length; at += 2) {
    said.push(
      ...(await Promise.all(lines.slice(at, at + 2).map(async words => reason(await place.callboard(...words), code)))),
    );
  }
  return said;
};

beforeAll(async () => {
  place = await openWorkplace();
  await configure('store: sqlite:c.db');
  expect(await place.json([0], 'import', tidewrack)).toMatchObject({ added: 604, rejected: [] });
});
afterAll(() => place?.[Symbol.asyncDispose]());

describe('nothing in the store changes by', () => {
  let before: string;
  beforeEach(async () => {
    await configure('store: sqlite:c.db');
    before = contents();
  });
  afterEach(() => expect(contents()).toBe(before));

  it('a configuration with mistakes: each is named with its line, its key and what is allowed', async () => {
    await place.configure(
      [
        'production: { id: tidewrack, name: TIDEWRACK, timezone: Europe/Londn }',
        'stor: sqlite:c.db',
        'sync: { interval: 5 }',
        `secretsKey: \${CALLBOARD_NO_SUCH_KEY}`,
      ].join('\n'),
    );
    const { code, out, err } = await place.callboard('status', '--json');
    expect([code, out]).toEqual([1, '']);
    const file = path('callboard.yaml');
    expect(err.trimEnd().split('\n')).toEqual([
      `callboard: ${file}:1: production.timezone: found "Europe/Londn", allowed is an IANA time zone, such as Europe/London`,
      expect.stringContaining(
        `${file}:2: stor: unknown key (did you mean store?), allowed is production, productions, store,`,
      ),
      expect.stringContaining(`${file}:3: sync.interval: found 5, allowed is a duration from 1s to 1d`),
      `${file}:4: secretsKey: the environment variable CALLBOARD_NO_SUCH_KEY is not set`,
    ]);
    const { checks } = await place.json<{ checks: { what: string; ok: boolean; mend: string }[] }>([1], 'doctor');
    expect(checks).toMatchObject([{ what: 'configuration', ok: false, mend: expect.stringContaining('example.yaml') }]);
    expect(await reasons([['status', '--config', 'nowhere.yaml']])).toEqual(['nowhere.yaml: there is no such file']);
  });

  it('an id that there is not', async () => {
    const nobody = 'there is no person “NOBODY” in tidewrack';
    const nowhere = 'there is no calendar “C99-caldav”; see `callboard calendars list`';
    const missing = new Map([
      ['mail preview --event E999', 'there is no event “E999” in tidewrack'],
      ['mail preview --event E026 --person NOBODY', nobody],
      ['export --format ics --person NOBODY', nobody],
      ['calendars add --person NOBODY --provider ics --url http://127.0.0.1:1/', nobody],
      ['sync --once --calendar C99-caldav', nowhere],
      ['calendars test C99-caldav', nowhere],
      ['calendars remove C99-caldav', nowhere],
      ['calendars release C99-caldav', nowhere],
      ['conflicts resolve F99 --take theirs --by Bethan', 'there is no finding F99'],
      ['import --production other nowhere.csv', 'there is no production “other”; configured: tidewrack'],
    ]);
    expect(await reasons([...missing.keys()].map(line => line.split(' ')))).toEqual([...missing.values()]);
  });

  it('a command line that makes no sense', async () => {
    const wrong = new Map([
      ['calenders list', "unknown command 'calenders'"],
      ['status --loud', "unknown option '--loud'"],
      ['import', "missing required argument 'path'"],
      ['export --format pdf', 'Allowed choices are ics, csv, json, xlsx.'],
      ['export --format xlsx --json', '--out PATH'],
      ['sync', 'sync runs with --once'],
      ['mail release', 'release takes message ids, or --all'],
      ['calendars release C06-caldav --all', 'release takes a calendar, or --all'],
      ['conflicts resolve F1 --take banana --by Bethan', '“banana” is not canonical, theirs or suggestion:N'],
      [
        'calendars add --person C06 --provider caldav --url http://example.com/c06/',
        '--url: allowed is an https:// address',
      ],
      ['calendars add --person C06 --provider ics --url https://x.test/a --mode publish', '--mode: allowed is busy'],
    ]);
    const said = await reasons(
      [...wrong.keys()].map(line => line.split(' ')),
      2,
    );
    expect(said).toEqual([...wrong.values()].map(text => expect.stringContaining(text)));
  });

  it('a file that cannot be imported', async () => {
    const header = { zip: Buffer.from('PK\x03\x04'), encrypted: Buffer.from('d0cf11e0a1b11ae1', 'hex') };
    await mkdir(path('empty'), { recursive: true });
    await writeFile(path('broken.xlsx'), Buffer.concat([header.zip, Buffer.alloc(3_000, 7)]));
    await writeFile(path('locked.xlsx'), Buffer.concat([header.encrypted, Buffer.alloc(3_000)]));
    await writeFile(path('cut.json'), '{"schedule": [');
    await writeFile(path('page.ics'), '<html>');
    await writeFile(path('list.pdf'), '%PDF');
    expect(
      await reasons(
        ['broken.xlsx', 'locked.xlsx', 'cut.json', 'page.ics', 'list.pdf', 'empty', 'lost'].map(name => [
          'import',
          name,
        ]),
      ),
    ).toEqual([
      'broken.xlsx is not an .xlsx workbook, or is broken',
      'locked.xlsx is encrypted, or an old .xls; save it as .xlsx without a password',
      'cut.json is not JSON, or is cut off',
      'page.ics: the text is not iCalendar: it has no BEGIN:VCALENDAR',
      expect.stringContaining('list.pdf is no kind of file that can be imported; allowed: a folder of CSV files, .csv'),
      expect.stringContaining('empty holds none of people.csv, venues.csv'),
      'lost does not exist or may not be read',
    ]);
  });

  it('an export or a backup to a place that cannot be written', async () => {
    await mkdir(path('folder/inside'), { recursive: true });
    await writeFile(path('file'), 'mine');
    const said = await reasons([
      ['export', '--format', 'json', '--out', 'folder'],
      ['export', '--format', 'xlsx', '--out', 'nowhere/week.xlsx'],
      ['export', '--format', 'csv', '--out', 'file'],
      ['backup', 'folder'],
      ['backup', 'nowhere/backup.gz'],
    ]);
    expect(said).toEqual([
      'it is a folder, not a file: folder',
      'no such file or folder: nowhere/week.xlsx',
      'a file is in the way: file',
      'cannot write the backup folder: it is a folder, not a file',
      'cannot write the backup nowhere/backup.gz: no such file or folder',
    ]);
    expect(await readFile(path('file'), 'utf8')).toBe('mine');
    expect((await readdir(place.folder)).filter(name => name.includes('unfinished'))).toEqual([]);
  });

  it('a backup that is none, is cut short, or was written by a newer callboard', async () => {
    expect((await place.callboard('backup', 'good.gz')).code).toBe(0);
    const good = await readFile(path('good.gz'));
    await writeFile(path('cut.gz'), good.subarray(0, good.length / 2));
    await writeFile(
      path('newer.gz'),
      gzipSync(
        gunzipSync(good)
          .toString()
          .replace(/"version":\d+/, '"version":99'),
      ),
    );
    await writeFile(path('short.gz'), gzipSync(gunzipSync(good).toString().split('\n').slice(0, 50).join('\n')));
    const said = await reasons(['cut.gz', 'newer.gz', 'short.gz', 'c.db', 'lost.gz'].map(name => ['restore', name]));
    expect(said).toEqual([
      'cut.gz is not a usable backup: unexpected end of file',
      `newer.gz was written by a newer callboard: its tables are version 99, this callboard knows up to ${schemaNumber}`,
      'short.gz is not a usable backup: it was cut short',
      'c.db is not a usable backup: incorrect header check',
      'lost.gz is not a usable backup: no such file or folder',
    ]);
  });

  it('a port that is in use', async () => {
    const taken = createSocket().listen(0, '127.0.0.1');
    await new Promise(resolve => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await configure('store: sqlite:c.db', `server: { port: ${port} }`);
    expect(await reasons([['serve']])).toEqual(['the port is in use; choose another `server.port`']);
    taken.close();
  });
});

describe('a store that cannot be used is left alone', () => {
  it.each([
    ['below a file', 'callboard.yaml/c.db', 'a file is in the way'],
    ['in the place of a folder', '.', 'it is a folder, not a file'],
    ['that is no database', 'letter.txt', 'letter.txt is not a database file'],
    ['of another program', 'theirs.db', 'theirs.db is a database of another program'],
    ['of a newer callboard', 'newer.db', 'the database was written by a newer callboard: its tables are version 99'],
  ])('%s', async (_what, file, expected) => {
    await writeFile(path('letter.txt'), 'Dear Bethan,\n');
    if (file === 'theirs.db') open(file).exec('create table if not exists films (title text)');
    if (file === 'newer.db') {
      await cp(path('c.db'), path('newer.db'));
      open(file).exec("insert into migrations (number, name) values (99, 'later')");
    }
    const before = file.endsWith('.db') && !file.includes('/') ? contents(file) : null;
    await configure(`store: "sqlite:${file}"`);
    expect(reason(await place.callboard('import', tidewrack))).toContain(expected);
    const { checks } = await place.json<{ checks: { what: string; ok: boolean }[] }>([1], 'doctor');
    expect(checks).toMatchObject([
      { what: 'configuration', ok: true },
      { what: 'store', ok: false, found: expect.stringContaining(expected), mend: expect.stringContaining('`store`') },
    ]);
    if (before !== null) expect(contents(file)).toBe(before);
    expect(await readFile(path('letter.txt'), 'utf8')).toBe('Dear Bethan,\n');
  });

  function open(file: string): DatabaseSync {
    return new DatabaseSync(path(file));
  }
});

describe('a sheet with bad rows', () => {
  const people = [
    'id,name,kind,email',
    'P1,Ann,crew,ann@example.com',
    'P2,Bob,crew,bob',
    'P1,Anna,crew,',
    'P3,Cat,wizard,',
  ];
  const schedule = [
    'id,kind,title,date,start,end,required,notes',
    'A01,recce_tech,Fine,2027-04-01,10:00,11:00,P1,',
    'A02,recce_tech,No such day,2027-02-30,10:00,11:00,P1,',
    'A03,recce_tech,Skipped hour,2027-03-28,01:30,03:00,P1,',
    'A04,recce_tech,Hour that comes twice,2027-10-31,01:30,03:00,P1,',
    'A05,recce_tech,Backwards,2027-04-01,11:00,10:00,P1,',
    'A06,recce_tech,Who,2027-04-01,11:00,12:00,P99,',
    'A01,recce_tech,Again,2027-04-02,11:00,12:00,P1,',
    'A08,recce_tech,=cmd|\' /C calc\'!A0,2027-04-02,11:00,12:00,P1,"=HYPERLINK(""http://x.test"")"',
    `A09,recce_tech,Novel,2027-04-02,11:00,12:00,P1,${'x'.repeat(5 << 20)}`,
  ];
  let told: { rejected: Record<string, unknown>[]; warnings: Record<string, unknown>[] };

  beforeAll(async () => {
    await configure('store: sqlite:rows.db');
    await mkdir(path('rows'));
    await writeFile(path('rows/people.csv'), people.join('\n'));
    await writeFile(path('rows/schedule.csv'), schedule.join('\n'));
    told = await place.json([0], 'import', 'rows');
  });

  it('loses those rows, each with its place, its value and its reason', () => {
    const brief = told.rejected.map(({ file, row, column, problem }) => [
      file,
      row,
      column,
      String(problem).slice(0, 40),
    ]);
    expect(brief).toEqual([
      ['people.csv', 3, 'email', 'not an e-mail address'],
      ['people.csv', 4, 'id', 'stands in an earlier row already'],
      ['people.csv', 5, 'kind', 'unknown; allowed: crew, cast, agent, gua'],
      ['schedule.csv', 3, 'date', 'there is no such date'],
      ['schedule.csv', 4, 'start', '01:30 does not exist on 2027-03-28 in Eu'],
      ['schedule.csv', 6, 'end', 'not after the start; if it ends on the n'],
      ['schedule.csv', 7, 'required', 'no such person or group'],
      ['schedule.csv', 8, 'id', 'stands in an earlier row already'],
      ['schedule.csv', 10, 'notes', 'longer than 32767 characters'],
    ]);
    expect(JSON.stringify(told).length).toBeLessThan(5_000);
    expect(told.warnings).toMatchObject([{ row: 5, problem: expect.stringContaining('occurs twice on 2027-10-31') }]);
  });

  it('keeps the other rows, and no half of a bad one', async () => {
    const { people, schedule } = JSON.parse((await place.callboard('export', '--format', 'json')).out);
    expect(people.map((row: { name: string }) => row.name)).toEqual(['Ann']);
    expect(schedule.map((row: { id: string }) => row.id)).toEqual(['A01', 'A04', 'A08']);
  });

  it('hands no formula on to the next spreadsheet, and takes back what it handed out', async () => {
    const { out } = await place.callboard('export', '--format', 'csv');
    expect(out).toContain(`,'=cmd|' /C calc'!A0,`);
    expect(out).toContain(`"'=HYPERLINK(""http://x.test"")"`);
    await writeFile(path('back.csv'), out);
    await rename(path('back.csv'), path('rows/schedule.csv'));
    expect(await place.json([0], 'import', 'rows/schedule.csv')).toMatchObject({
      changed: 0,
      unchanged: 3,
      rejected: [],
    });
  });

  it('in Latin-1 is read as what it is, and that is said', async () => {
    await mkdir(path('latin'));
    await writeFile(path('latin/people.csv'), Buffer.from('id,name,kind\nP9,Zoë Müller,crew\n', 'latin1'));
    const { code, out } = await place.callboard('import', 'latin');
    expect([code, out]).toEqual([0, expect.stringContaining('not UTF-8; read as Windows-1252')]);
    const { people } = JSON.parse((await place.callboard('export', '--format', 'json')).out);
    expect(people.map((row: { name: string }) => row.name)).toContain('Zoë Müller');
  });
});

describe('a calendar that cannot be read', () => {
  let sandbox: CaldavSandbox;
  let html: ReturnType<typeof createServer>;
  let addresses: Readonly<Record<'good' | 'page' | 'nobody', string>>;
  const add = (url: string, secret: string, person = 'C06') => [
    ...['calendars', 'add', '--person', person, '--provider', 'caldav', '--url', url],
    ...['--user', 'unit', '--password-file', secret],
  ];

  beforeAll(async () => {
    sandbox = await startCaldavSandbox({
      runtime: { sleep: async () => {} },
      users: [{ name: 'unit', password: 'secret' }],
    });
    html = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome to the portal</body></html>');
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => html.once('listening', resolve));
    addresses = {
      good: sandbox.addCalendar('unit', 'diary').url,
      page: `http://127.0.0.1:${(html.address() as AddressInfo).port}/diary/`,
      nobody: 'http://127.0.0.1:1/diary/',
    };
    await writeFile(path('right'), 'secret\n');
    await writeFile(path('wrong'), 'guess\n');
  });
  afterAll(async () => {
    html?.close();
    await sandbox?.stop();
  });

  it('is not linked: a wrong password, a web page, no server, no such calendar', async () => {
    await configure('store: sqlite:c.db');
    const before = contents();
    expect(
      await reasons([
        add(addresses.good, 'wrong'),
        add(addresses.page, 'right'),
        add(addresses.nobody, 'right'),
        add(addresses.good, 'lost'),
      ]),
    ).toEqual([
      'the server does not take the user name and password',
      'the server does not answer as a CalDAV server: is the address right?',
      'the connection to the server failed',
      'the password file lost cannot be read',
    ]);
    expect(contents()).toBe(before);
  });

  it('in the configuration is named by sync and doctor, and the others are filled', async () => {
    const link = (person: string, url: string, user = 'unit') =>
      `  - { person: ${person}, provider: caldav, url: "${url}", username: ${user}, password: secret }`;
    const { good, page, nobody } = addresses;
    const links = [link('C06', good), link('C02', good, 'stranger'), link('C03', page), link('C04', nobody)];
    await cp(path('c.db'), path('links.db'));
    await configure('store: sqlite:links.db', 'calendars:', ...links);
    const ran = await place.callboard('sync', '--once');
    expect([ran.code, ran.err]).toEqual([3, '']);
    expect(ran.out).toContain('26 created');
    const failed = ran.out.split('\n').filter(line => line.startsWith('failed: '));
    expect(failed.sort()).toEqual([
      'failed: C02-caldav: the server does not take the user name and password',
      'failed: C03-caldav: the server does not answer as a CalDAV server: is the address right?',
      'failed: C04-caldav: the connection to the server failed',
    ]);
    const doctor = await place.callboard('doctor');
    expect([doctor.code, doctor.err]).toEqual([1, '']);
    expect(doctor.out).toMatch(/ok +calendar C06-caldav: answers/);
    expect(doctor.out).toMatch(/FAULT +calendar C02-caldav: .*\n +mend: give the right user name and password/);
    expect(doctor.out).toMatch(
      /FAULT +calendar C03-caldav: .*\n +mend: check the address: what answers there is no calendar/,
    );
    expect(doctor.out).toMatch(/FAULT +calendar C04-caldav: .*\n +mend: check that this machine can reach the server/);
  });
});
