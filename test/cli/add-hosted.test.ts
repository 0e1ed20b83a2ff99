/** Google and Outlook calendars by the command line: linked at once, or by the address that their owner opens. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarScope } from '../../connectors/google/limits.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../connectors/sandbox/google-server.ts';
import type { MicrosoftSandbox } from '../../connectors/sandbox/microsoft-server.ts';
import { openApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Watching } from '../../src/model/calendar.ts';
import { brandId } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createSecretKey } from '../../src/runtime/secret-box.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { anna, registration, startSandbox } from '../contract/microsoft-bench.ts';
import { type Desk, importPeople, openDesk } from './desk.ts';

const hour = 3_600_000;
const runtime = systemRuntime(createLog('silent'));
const secretsKey = `secretsKey: "${createSecretKey()}"`;
const publicUrl = 'server: { port: 0, publicUrl: "https://office.test" }';
let google: GoogleSandbox;
let outlook: MicrosoftSandbox;
let desk: Desk;
beforeAll(async () => {
  google = await startGoogleSandbox({ runtime, users: [{ email: 'c01@tide.test' }, { email: 'her@example.com' }] });
  outlook = await startSandbox();
});
afterAll(async () => {
  await google?.stop();
  await outlook?.stop();
});
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk[Symbol.asyncDispose]());

const roots = ({ apiRoot, authUrl, tokenUrl }: GoogleSandbox) =>
  `apiRoot: "${apiRoot}", authUrl: "${authUrl}", tokenUrl: "${tokenUrl}"`;
const oauth = ({ client }: GoogleSandbox) =>
  `oauth: { clientId: ${client.clientId}, clientSecret: ${client.clientSecret} }`;

/** @param scopes those the administrator has allowed to the service account; null: there is none */
async function withGoogle(scopes: readonly string[] | null, more = oauth(google)) {
  const file = join(desk.folder, 'google.json');
  if (scopes !== null) await writeFile(file, JSON.stringify(google.addServiceAccount(`s${scopes.length}`, scopes)));
  const key = scopes === null ? [] : [`serviceAccountKeyFile: "${file}"`];
  const settings = [...key, ...(more === '' ? [] : [more]), roots(google)].join(', ');
  await desk.configure(secretsKey, publicUrl, `connectors: { google: { ${settings} } }`);
  await importPeople(desk);
}
async function withOutlook() {
  const { tenantId, clientId, clientSecret } = registration;
  const own = `tenantId: ${tenantId}, clientId: ${clientId}, clientSecret: "${clientSecret}"`;
  const roots = `authority: "${outlook.url}", graphRoot: "${outlook.graphRoot}"`;
  await desk.configure(secretsKey, publicUrl, `connectors: { microsoft: { ${own}, ${roots} } }`);
  await importPeople(desk);
}
const add = (provider: string, person: string, ...more: string[]) =>
  desk.run('calendars', 'add', '--person', person, '--provider', provider, ...more);
const list = () => desk.json<Record<string, unknown>[]>('calendars', 'list');

describe('a mailbox that callboard may open by itself', () => {
  it('of Google is linked at once, by the delegation of its domain', async () => {
    await withGoogle([calendarScope]);
    const said = await add('google', 'C01', '--user', 'C01@tide.test', '--mode', 'publish');
    expect(said).toMatchObject({ code: 0, err: '', out: expect.stringContaining('linked: C01-google;') });
    expect(await list()).toMatchObject([
      { id: 'C01-google', user: 'c01@tide.test', mode: 'publish', source: 'added', notices: 'polling' },
    ]);
  });

  it('of Outlook is linked at once, by the application', async () => {
    await withOutlook();
    expect(await add('microsoft', 'C01', '--user', anna.address)).toMatchObject({ code: 0, err: '' });
    expect(await add('microsoft', 'C01', '--user', anna.address, '--mode', 'busy')).toMatchObject({ code: 0 });
    expect(await list()).toMatchObject([{ id: 'C01-microsoft', user: anna.address, mode: 'busy' }]);
  });

  it('whose calendar is not there is not linked, and nobody is sent anywhere', async () => {
    await withGoogle([calendarScope]);
    const said = await add('google', 'C01', '--user', 'c01@tide.test', '--calendar', 'none@group.calendar.google.com');
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('the calendar is not there') });
    expect(await list()).toEqual([]);
  });
});

describe('any other mailbox', () => {
  it('gets an address to give to its owner, good for two weeks, who then links it', async () => {
    await withGoogle(null);
    const before = desk.runtime.now();
    const { connect, person, expires } = await desk.json<Record<string, string>>(
      ...['calendars', 'add', '--person', 'C03', '--provider', 'google'],
    );
    expect(person).toBe('C03');
    expect(connect).toMatch(/^https:\/\/office\.test\/connect\/\w{32}$/);
    expect(Math.round((Date.parse(expires ?? '') - before) / hour)).toBe(14 * 24);
    const { code, out } = await add('google', 'C03', '--user', 'her@example.com');
    expect(code).toBe(0);
    expect(out).toMatch(/^give this address to Henrietta Osei-Blythe; it works once, until .+:\nhttps:\S+\n$/);
    expect(await list(), 'nothing is linked before she says yes').toEqual([]);
  });

  it('of Outlook that the application may not open is one of them, and why is said', async () => {
    await withOutlook();
    outlook.world.switches.denied.add(anna.address);
    const said = await add('microsoft', 'C01', '--user', anna.address);
    outlook.world.switches.denied.clear();
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('https://office.test/connect/') });
    expect(said.err).toContain(`callboard cannot open ${anna.address} by itself: callboard may not open this mailbox`);
  });

  it('cannot be linked where people are asked for nothing: then the reason is the answer', async () => {
    await withGoogle([], '');
    const said = await add('google', 'C01', '--user', 'c01@tide.test');
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`the scope ${calendarScope}`) });
    expect(await add('google', 'C01')).toMatchObject({
      code: 1,
      err: expect.stringContaining('not linked by consent'),
    });
  });

  it('is not asked for while the provider is down: that is no reason to bother its owner', async () => {
    await withOutlook();
    outlook.world.switches.down = true;
    const said = await add('microsoft', 'C01', '--user', anna.address);
    outlook.world.switches.down = false;
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('connection') });
  });

  it('needs a key to keep the consent with, and an address that others can open', async () => {
    const settings = `connectors: { google: { ${oauth(google)}, ${roots(google)} } }`;
    await desk.configure(publicUrl, settings);
    await importPeople(desk);
    expect(await add('google', 'C03')).toMatchObject({ code: 1, err: expect.stringContaining('`secretsKey`') });
    await desk.configure(secretsKey, settings);
    expect(await add('google', 'C03')).toMatchObject({ code: 0, err: expect.stringContaining('this machine only') });
  });
});

describe('what makes no sense', () => {
  it.each([
    ['google', ['--url', 'https://dav.test/x/'], 'has no --url'],
    ['microsoft', ['--user', 'u@x.test', '--password-file', 'p'], 'no password is taken'],
    ['google', ['--user', 'bethan'], 'a mail address'],
    ['caldav', ['--url', 'https://dav.test/x/', '--calendar', 'c'], 'named by --url'],
    ['caldav', [], '--url: allowed is'],
    ['ics', [], '--url: allowed is'],
  ])('%s with %j is wrong usage', async (provider, more, reason) => {
    await desk.configure();
    expect(await add(provider, 'C01', ...more)).toMatchObject({ code: 2, err: expect.stringContaining(reason) });
  });

  it('a provider that is not set up, or a person who is not listed, is said to be so', async () => {
    await desk.configure();
    await importPeople(desk);
    expect(await add('google', 'C01', '--user', 'u@x.test')).toMatchObject({
      code: 1,
      err: expect.stringContaining('connectors.google is missing'),
    });
    expect(await add('google', 'C99')).toMatchObject({ code: 1, err: expect.stringContaining('no person “C99”') });
  });
});

describe('the list of calendars', () => {
  const watching = (id: string, change: Partial<Watching>): Watching => ({
    id,
    calendar: brandId('C01-google'),
    state: 'live',
    tokenHash: '',
    resource: null,
    askedAt: runtime.now(),
    expiresAt: runtime.now() + hour,
    noticedAt: null,
    missed: 0,
    problem: null,
    ...change,
  });
  const put = async (...given: Watching[]) => {
    const config = await loadConfig({ file: join(desk.folder, 'callboard.yaml'), env: {}, cwd: desk.folder });
    await using app = await openApp(config, runtime);
    await app.store.write(async r => {
      for (const one of given) await r.watches.put(one);
    });
  };

  it('says whether notices of changes come, and if not, why', async () => {
    await withGoogle([calendarScope]);
    await add('google', 'C01', '--user', 'c01@tide.test');
    const dead = 'changes were found that no notice told of: the webhook looks dead';
    await put(watching('a', { missed: 3, problem: dead }));
    expect(await list()).toMatchObject([{ notices: 'polling', noticesProblem: dead }]);
    expect((await desk.run('calendars', 'list')).out).toMatch(
      /^C01-google .+ polling +never +no notices: changes were/m,
    );
    await put(watching('b', {}));
    expect(await list()).toMatchObject([{ notices: 'live', noticesProblem: null }]);
    await put(watching('b', { expiresAt: runtime.now() - hour }));
    expect(await list()).toMatchObject([{ notices: 'polling' }]);
  });
});

describe('a link that follows the unit list', () => {
  it('is not removed by hand, since it would come back; asked for by hand it follows no more', async () => {
    const file = join(desk.folder, 'google.json');
    await writeFile(file, JSON.stringify(google.addServiceAccount('domain', [calendarScope])));
    const settings = `domains: [tide.test], serviceAccountKeyFile: "${file}", ${roots(google)}`;
    await desk.configure(secretsKey, publicUrl, `connectors: { google: { ${settings} } }`);
    await writeFile(join(desk.folder, 'people.csv'), 'id,name,kind,email\nC01,Bethan Larkspur,crew,c01@tide.test\n');
    await desk.run('import', join(desk.folder, 'people.csv'));
    expect(await list()).toMatchObject([{ id: 'C01-google', source: 'domain' }]);
    const said = await desk.run('calendars', 'remove', 'C01-google');
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(said.err).toMatch(/follows the unit list and connectors\.google\.domains, and would come back/);
    expect(await add('google', 'C01', '--user', 'c01@tide.test', '--mode', 'busy')).toMatchObject({ code: 0 });
    expect(await list()).toMatchObject([{ id: 'C01-google', source: 'added', mode: 'busy' }]);
  });
});
