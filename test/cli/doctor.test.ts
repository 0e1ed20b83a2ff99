/** Every wrong set-up of Google and Outlook is named by doctor, with its mend. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarScope } from '../../connectors/google/limits.ts';
import { mailScopes } from '../../connectors/google/mail.ts';
import type { Watching } from '../../src/model/calendar.ts';
import { type AccountId, brandId } from '../../src/model/ids.ts';
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

type Check = Readonly<{ what: string; ok: boolean; found: string; mend: string | null }>;
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

const googleLink = (more = '') => `calendars: [{ person: C01, provider: google, user: ${beth}${more} }]`;
const outlookLink = (user: string = anna.address) => `calendars: [{ person: C01, provider: microsoft, user: ${user} }]`;
const google = (...settings: string[]) =>
  `connectors: { google: { ${[...settings, providers.googleRoots].join(', ')} } }`;
const outlook = (changes = {}) => `connectors: { microsoft: { ${providers.outlookSettings(changes)} } }`;

/** What doctor says of one thing; its exit code fits what it says. */
async function check(what: string): Promise<Check> {
  const { ok, checks } = await desk.json<{ ok: boolean; checks: Check[] }>('doctor');
  expect(ok).toBe(checks.every(one => one.ok));
  expect((await desk.run('doctor')).code).toBe(ok ? 0 : 1);
  const found = checks.find(one => one.what === what);
  if (!found) throw new Error(`doctor says nothing of ${what}: ${JSON.stringify(checks)}`);
  return found;
}
const fault = (found: RegExp, mend: RegExp) => ({
  ok: false,
  found: expect.stringMatching(found),
  mend: expect.stringMatching(mend),
});
const warning = (found: RegExp, mend: RegExp) => ({ ...fault(found, mend), ok: true });

describe('Google', () => {
  const theGuide = /docs\/google\.md/;
  const calendar = () => check('calendar C01-google');

  it('that is set up well answers, and nothing is to be mended', async () => {
    await desk.configure(secretsKey, publicUrl, google(await providers.keyFile(desk, [calendarScope])), googleLink());
    await importPeople(desk);
    const { code, out } = await desk.run('doctor');
    expect(code).toBe(0);
    expect(out).toContain('ok     calendar C01-google: answers');
    expect(out).not.toMatch(/mend|warn|FAULT/);
  });

  it('without delegation, or without its scope, is told apart from a wrong key and an unknown user', async () => {
    await desk.configure(google(await providers.keyFile(desk, [])), googleLink());
    expect(await calendar()).toMatchObject(
      fault(new RegExp(`administrator must allow .+ ${calendarScope}$`), theGuide),
    );
    await desk.configure(google(await providers.keyFile(desk, mailScopes.split(' '))), googleLink());
    expect(await calendar()).toMatchObject(fault(/administrator must allow/, theGuide));
    const good = await providers.keyFile(desk, [calendarScope]);
    await desk.configure(google(good), 'calendars: [{ person: C01, provider: google, user: nobody@tide.test }]');
    expect(await calendar()).toMatchObject(fault(/no such user/, theGuide));
  });

  it('with a wrong key file says which file, and never what is in it', async () => {
    const file = join(desk.folder, 'key.json');
    await desk.configure(google(`serviceAccountKeyFile: "${file}"`), googleLink());
    expect(await check('credentials')).toMatchObject(fault(/key\.json: .*there is no such file/, theGuide));
    await writeFile(file, '{"type": "authorized_user", "refresh_token": "sesame"}');
    const found = await check('credentials');
    expect(found).toMatchObject(fault(/the key of a service account/, theGuide));
    expect(JSON.stringify(found)).not.toContain('sesame');
    const [one, other] = ['one', 'other'].map(name => providers.google.addServiceAccount(name, [calendarScope]));
    await writeFile(file, JSON.stringify({ ...one, client_email: other?.client_email }));
    expect(await calendar()).toMatchObject(fault(/check the key file/, theGuide));
  });

  it('on a machine whose clock is wrong says so', async () => {
    await desk.configure(google(await providers.keyFile(desk, [calendarScope])), googleLink());
    const { runtime } = desk;
    desk.runtime = { ...runtime, now: () => runtime.now() - 3 * hour };
    expect(await calendar()).toMatchObject(fault(/the clock of this machine is wrong.*NTP/, theGuide));
  });

  it('whose API is off in the project says where it is enabled', async () => {
    await desk.configure(google(await providers.keyFile(desk, [calendarScope])), googleLink());
    providers.google.world.switches.apiEnabled = false;
    const found = await calendar();
    providers.google.world.switches.apiEnabled = true;
    expect(found).toMatchObject(fault(/Google Calendar API is off.*enable it/, theGuide));
  });

  it('whose calendar is not shared, or for reading only, names whom to ask', async () => {
    const key = await providers.keyFile(desk, [calendarScope]);
    await desk.configure(google(key), googleLink(', calendar: unit1@group.calendar.google.com'));
    expect(await calendar()).toMatchObject(fault(/not there, or is shared with us no more/, /owner must share it/));
    const id = 'unit2@group.calendar.google.com';
    providers.google.world.addCalendar(elsewhere, id, 'Unit 2').roles.set(beth, 'reader');
    await desk.configure(google(key), googleLink(`, calendar: ${id}`));
    expect(await calendar()).toMatchObject(fault(/for reading only/, /right to change events/));
  });

  it('whose owner has not said yes, or takes it back, gets a new address by the command that doctor names', async () => {
    await desk.configure(secretsKey, publicUrl, google(providers.oauth), googleLink());
    await importPeople(desk);
    const command = /calendars add --person C01 --provider google --user c01@tide\.test/;
    expect(await calendar()).toMatchObject(fault(/nobody has consented/, command));
    await using app = await openBehind(desk);
    await app.store.write(async r => {
      const account = await r.calendars.account(brandId<AccountId>(`google:${beth}`));
      const secret = app.secretBox?.seal(JSON.stringify({ kind: 'oauth', refreshToken: 'taken back' })) ?? null;
      if (account) await r.calendars.putAccount({ ...account, secret });
    });
    expect(await calendar()).toMatchObject(fault(/consent was withdrawn or has expired/, command));
    await desk.configure(
      secretsKey,
      publicUrl,
      google('oauth: { clientId: another, clientSecret: one }'),
      googleLink(),
    );
    expect(await calendar()).toMatchObject(fault(/check clientId and clientSecret/, theGuide));
  });

  it('needs a key to keep consents with', async () => {
    await desk.configure(publicUrl, google(providers.oauth));
    expect(await check('secretsKey')).toMatchObject(fault(/no consent could be kept/, /openssl rand -base64 32/));
    expect(await check('google')).toMatchObject({ ok: true, found: expect.stringContaining('no calendar is linked') });
  });
});

describe('Outlook', () => {
  const theGuide = /docs\/outlook\.md/;
  const calendar = () => check('calendar C01-microsoft');

  it('that is set up well answers', async () => {
    await desk.configure(secretsKey, publicUrl, outlook(), outlookLink());
    await importPeople(desk);
    expect(await calendar()).toMatchObject({ ok: true, found: 'answers', mend: null });
  });

  it.each([
    ['clientSecret', 'wrong', /secret or certificate.*not its id/],
    ['clientId', 'another', /check clientId and tenantId/],
  ])('with a wrong %s says so, and does not show it', async (key, value, found) => {
    await desk.configure(outlook({ [key]: value }), outlookLink());
    expect(await calendar()).toMatchObject(fault(found, theGuide));
  });

  it('that knows no such directory says so', async () => {
    await desk.configure(outlook(), outlookLink());
    const error_description = 'AADSTS90002: Tenant not found.';
    const body = { error: 'invalid_request', error_description, error_codes: [90002] };
    providers.outlook.fail({ path: /oauth2.*token/, times: 2, reply: { status: 400, body } });
    expect(await calendar()).toMatchObject(fault(/no such directory: check .*tenantId/, theGuide));
  });

  it('whose mailbox is out of scope, without the permission, without a licence, or not there, tells them apart', async () => {
    await desk.configure(outlook(), outlookLink());
    const { switches } = providers.outlook.world;
    switches.denied.add(anna.address);
    expect(await calendar()).toMatchObject(fault(/put it in its scope/, /application’s scope: docs\/outlook\.md/));
    switches.denied.clear();
    const body = { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } };
    providers.outlook.fail({ path: /calendarView/, times: 2, reply: { status: 403, body } });
    expect(await calendar()).toMatchObject(fault(/permission in the directory: Calendars\.ReadWrite/, theGuide));
    switches.unlicensed.add(anna.address);
    expect(await calendar()).toMatchObject(fault(/no licence/, /Exchange Online licence/));
    switches.unlicensed.clear();
    await desk.configure(outlook(), outlookLink('nobody@tide.test'));
    expect(await calendar()).toMatchObject(fault(/mailbox is not there/, theGuide));
  });

  it('goes without a key, which only consents need', async () => {
    await desk.configure(publicUrl, outlook());
    expect(await check('secretsKey')).toMatchObject(warning(/nobody can link a calendar by consent/, /openssl/));
  });
});

describe('notices of changes', () => {
  const watching = (id: string, change: Partial<Watching>) => liveWatching(id, desk.runtime.now(), change);
  const put = async (one: Watching) => {
    await using app = await openBehind(desk);
    await app.store.write(r => r.watches.put(one));
  };

  it('do not come to an address without https: a warning, since changes are found by looking', async () => {
    await desk.configure(secretsKey, 'connectors: { google: { oauth: { clientId: c, clientSecret: s } } }');
    expect(await check('publicUrl')).toMatchObject(warning(/found by looking every 60 s/, /https address/));
    expect((await desk.run('doctor')).out).toContain('warn   publicUrl: http://127.0.0.1:8080');
    await desk.configure();
    expect(await check('publicUrl')).toMatchObject({ ok: true, mend: null });
  });

  it('that are refused or stay away are a warning with the provider’s reason and how to try the webhook', async () => {
    await desk.configure(secretsKey, publicUrl, google(await providers.keyFile(desk, [calendarScope])), googleLink());
    await importPeople(desk);
    expect(await check('notices from google')).toMatchObject({ ok: true, found: 'come for 0 of 1 calendar' });
    await put(watching('a', {}));
    expect(await check('notices from google')).toMatchObject({ ok: true, found: 'come for 1 of 1 calendar' });
    const dead = 'changes were found that no notice told of: the webhook looks dead';
    await put(watching('a', { missed: 3, problem: dead }));
    expect(await check('notices from google')).toMatchObject(
      warning(/^1 calendar: .*looks dead$/, /curl -i -X POST https:\/\/office\.test\/api\/v1\/webhooks\/google/),
    );
  });
});

describe('mail by a mailbox of a provider', () => {
  const from = (mailbox: string, scheme: string) =>
    `mail: { from: "Office <${mailbox}>", transport: "${scheme}:${mailbox}" }`;

  it('at Gmail is tried without sending: delegation for its scopes, and the mailbox', async () => {
    await desk.configure(from(beth, 'gmail'), google(await providers.keyFile(desk, mailScopes.split(' '))));
    expect(await check('mail')).toMatchObject({ ok: true, found: 'gmail: ready', mend: null });
    await desk.configure(from(beth, 'gmail'), google(await providers.keyFile(desk, [calendarScope])));
    expect(await check('mail')).toMatchObject(fault(/gmail\.send .+gmail\.readonly/, /docs\/google\.md.*“Mail”/));
    await desk.configure(from(beth, 'gmail'), google(providers.oauth));
    expect(await check('mail')).toMatchObject(fault(/needs connectors\.google/, /docs\/google\.md/));
    expect(providers.google.gmail.sent()).toEqual([]);
  });

  it('at Microsoft is tried without sending', async () => {
    await desk.configure(from(anna.address, 'graph'), outlook());
    expect(await check('mail')).toMatchObject({ ok: true, found: 'graph: ready', mend: null });
    providers.outlook.world.switches.denied.add(anna.address);
    expect(await check('mail')).toMatchObject(fault(/Mail\.Send and Mail\.Read/, /docs\/outlook\.md/));
    providers.outlook.world.switches.denied.clear();
    providers.outlook.world.switches.down = true;
    expect(await check('mail')).toMatchObject(fault(/cannot be reached/, /reach the provider/));
    providers.outlook.world.switches.down = false;
    await desk.configure(from(anna.address, 'graph').replace('Office <anna', 'Office <other'), outlook());
    expect(await check('mail')).toMatchObject(warning(/another address than the mailbox/, /the same/));
    expect(providers.outlook.world.sent).toEqual([]);
  });
});
