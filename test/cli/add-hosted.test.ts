/** Google and Outlook calendars by the command line: linked at once, or by the address that their owner opens. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarScope } from '../../connectors/google/limits.ts';
import type { Watching } from '../../src/model/calendar.ts';
import { type Desk, importPeople, openDesk } from './desk.ts';
import {
  anna,
  beth,
  elsewhere,
  liveWatching,
  openBehind,
  type Providers,
  publicUrl,
  secretsKey,
  startProviders,
} from './providers.ts';

const hour = 3_600_000;
let providers: Providers;
let desk: Desk;
beforeAll(async () => {
  providers = await startProviders();
});
afterAll(() => providers?.[Symbol.asyncDispose]());
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk[Symbol.asyncDispose]());

/** @param scopes those the administrator has allowed to the service account; null: there is none */
async function withGoogle(scopes: readonly string[] | null, more = [providers.oauth]) {
  const key = scopes === null ? [] : [await providers.keyFile(desk, scopes)];
  const settings = [...key, ...more, providers.googleRoots].join(', ');
  await desk.configure(secretsKey, publicUrl, `connectors: { google: { ${settings} } }`);
  await importPeople(desk);
}
async function withOutlook() {
  await desk.configure(secretsKey, publicUrl, `connectors: { microsoft: { ${providers.outlookSettings()} } }`);
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
      { id: 'C01-google', user: beth, mode: 'publish', source: 'added', notices: 'polling' },
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
    const said = await add('google', 'C01', '--user', beth, '--calendar', 'none@group.calendar.google.com');
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('the calendar is not there') });
    expect(await list()).toEqual([]);
  });
});

describe('a mailbox on a machine without a browser', () => {
  it('is linked once its owner has typed the code elsewhere', async () => {
    await withOutlook();
    const said = add('microsoft', 'C01', '--device-code');
    const approve = setInterval(() => providers.outlook.entra.approveAll(anna.address), 100);
    expect(await said).toMatchObject({
      code: 0,
      err: expect.stringMatching(/Open http:.*\/device and enter/),
      out: expect.stringContaining('linked: C01-microsoft'),
    });
    clearInterval(approve);
    expect(await list()).toMatchObject([{ id: 'C01-microsoft', user: anna.address }]);
  });
  it('is not linked where somebody else typed it', async () => {
    await withOutlook();
    const said = add('microsoft', 'C01', '--device-code', '--user', 'somebody@example.com');
    const approve = setInterval(() => providers.outlook.entra.approveAll(anna.address), 100);
    expect(await said).toMatchObject({ code: 1, err: expect.stringContaining('asked for is somebody@example.com') });
    clearInterval(approve);
    expect(await list()).toEqual([]);
  });
  it('is not offered for Google', async () => {
    await withGoogle(null);
    expect(await add('google', 'C01', '--device-code')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no device codes'),
    });
  });
});

describe('a mailbox that stands in the configuration', () => {
  it('and that only its owner can open gets an address as well', async () => {
    const calendars = '[{ person: C01, provider: google, user: her@example.com, calendar: primary }]';
    const settings = [providers.oauth, providers.googleRoots].join(', ');
    await desk.configure(secretsKey, publicUrl, `connectors: { google: { ${settings} } }`, `calendars: ${calendars}`);
    await importPeople(desk);
    const said = await add('google', 'C01', '--user', 'her@example.com');
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('https://office.test/connect/') });
    expect(await add('google', 'C01', '--user', 'her@example.com', '--mode', 'busy')).toMatchObject({
      code: 1,
      err: expect.stringContaining('stands in the configuration file'),
    });
    expect(await list()).toHaveLength(1);
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
    const { code, out } = await add('google', 'C03', '--user', elsewhere);
    expect(code).toBe(0);
    expect(out).toMatch(/^give this address to Henrietta Osei-Blythe; it works once, until .+:\nhttps:\S+\n$/);
    expect(await list(), 'nothing is linked before she says yes').toEqual([]);
  });

  it('of Outlook that the application may not open is one of them, and why is said', async () => {
    await withOutlook();
    providers.outlook.world.switches.denied.add(anna.address);
    const said = await add('microsoft', 'C01', '--user', anna.address);
    providers.outlook.world.switches.denied.clear();
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('https://office.test/connect/') });
    expect(said.err).toContain(`callboard cannot open ${anna.address} by itself: callboard may not open this mailbox`);
  });

  it('cannot be linked where people are asked for nothing: then the reason is the answer', async () => {
    await withGoogle([], []);
    const said = await add('google', 'C01', '--user', beth);
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`the scope ${calendarScope}`) });
    expect(await add('google', 'C01')).toMatchObject({
      code: 1,
      err: expect.stringContaining('not linked by consent'),
    });
  });

  it('is not asked for while the provider is down: that is no reason to bother its owner', async () => {
    await withOutlook();
    providers.outlook.world.switches.down = true;
    const said = await add('microsoft', 'C01', '--user', anna.address);
    providers.outlook.world.switches.down = false;
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('connection') });
  });

  it('needs a key to keep the consent with, and an address that others can open', async () => {
    const settings = `connectors: { google: { ${providers.oauth}, ${providers.googleRoots} } }`;
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
  const watching = (id: string, change: Partial<Watching>) => liveWatching(id, desk.runtime.now(), change);
  const put = async (...given: Watching[]) => {
    await using app = await openBehind(desk);
    await app.store.write(async r => {
      for (const one of given) await r.watches.put(one);
    });
  };

  it('says whether notices of changes come, and if not, why', async () => {
    await withGoogle([calendarScope]);
    await add('google', 'C01', '--user', beth);
    const dead = 'changes were found that no notice told of: the webhook looks dead';
    await put(watching('a', { missed: 3, problem: dead }));
    expect(await list()).toMatchObject([{ notices: 'polling', noticesProblem: dead }]);
    expect((await desk.run('calendars', 'list')).out).toMatch(
      /^C01-google .+ polling +never +no notices: changes were/m,
    );
    await put(watching('b', {}));
    expect(await list()).toMatchObject([{ notices: 'live', noticesProblem: null }]);
    await put(watching('b', { expiresAt: desk.runtime.now() - hour }));
    expect(await list()).toMatchObject([{ notices: 'polling' }]);
  });
});

describe('a link that follows the unit list', () => {
  it('is not removed by hand, since it would come back; asked for by hand it follows no more', async () => {
    const settings = `domains: [tide.test], ${await providers.keyFile(desk, [calendarScope])}, ${providers.googleRoots}`;
    await desk.configure(secretsKey, publicUrl, `connectors: { google: { ${settings} } }`);
    await writeFile(join(desk.folder, 'people.csv'), 'id,name,kind,email\nC01,Bethan Larkspur,crew,c01@tide.test\n');
    await desk.run('import', join(desk.folder, 'people.csv'));
    expect(await list()).toMatchObject([{ id: 'C01-google', source: 'domain' }]);
    const said = await desk.run('calendars', 'remove', 'C01-google');
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(said.err).toMatch(/follows the unit list and connectors\.google\.domains, and would come back/);
    expect(await add('google', 'C01', '--user', beth, '--mode', 'busy')).toMatchObject({ code: 0 });
    expect(await list()).toMatchObject([{ id: 'C01-google', source: 'added', mode: 'busy' }]);
  });
});
