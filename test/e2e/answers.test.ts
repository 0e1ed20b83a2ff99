/** The whole daemon with an office mailbox in Outlook: invitations go out from it, answers come back to it. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deliver } from '../../connectors/sandbox/microsoft-inbox.ts';
import type { App } from '../../src/app.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { brandId, type EventId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import { blankContent, blankPerson } from '../blank.ts';
import { type Desk, openDesk } from '../cli/desk.ts';
import { anna, openBehind, type Providers, startProviders } from '../cli/providers.ts';
import { exchangeReply, letter } from '../mail/inbox/letters.ts';
import { bodiesOf, headerOf } from '../mail/mime.ts';
import { london, named, timed } from '../sync/office.ts';

const tide = brandId<ProductionId>('tide');
const event = brandId<EventId>('E001');
let providers: Providers;
let desk: Desk;
let app: App;
let daemon: Daemon | null = null;
beforeEach(async () => {
  providers = await startProviders();
  desk = await openDesk();
  await desk.configure(
    'server: { port: 0 }',
    `mail: { from: "${anna.address}", transport: "graph:${anna.address}", inbox: "graph:${anna.address}", quietPeriod: 0s, quietHours: off }`,
    `connectors: { microsoft: { ${providers.outlookSettings()} } }`,
  );
  const { runtime } = desk;
  desk.runtime = { ...runtime, sleep: (ms, signal) => runtime.sleep(Math.min(ms, 20), signal) };
  app = await openBehind(desk);
});
afterEach(async () => {
  await daemon?.[Symbol.asyncDispose]();
  daemon = null;
  await app[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
});

async function save(...guests: string[]): Promise<void> {
  await app.store.write(async r => {
    const { people } = await r.schedule.snapshot(tide);
    for (const guest of guests) {
      const who = { id: brandId<PersonId>(guest), name: guest, email: `${guest.toLowerCase()}@film.test` };
      if (!people.has(who.id))
        await r.schedule.putPerson({ ...blankPerson, production: tide, timezone: london, ...who }, null);
    }
    const current = await r.schedule.event(tide, event);
    const when = timed('2099-03-16T14:00', '2099-03-16T15:00');
    const content = { ...blankContent, title: 'Script conference', when, required: named(...guests) };
    const how = { by: 'Bethan', source: 'web', now: desk.runtime.now(), held: [] } as const;
    await saveEvent(r, { production: tide, id: event, expected: current?.version ?? null, content, ...how });
  });
}

/** Looks until it is so; the test's own time limit ends what never comes. */
async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await wait(20);
  }
}
const sentTo = (address: string) =>
  providers.outlook.world.sent.filter(({ mime }) => headerOf(mime, 'To')?.includes(address));
const replies = () => app.store.read(r => r.replies.of(tide, event));
const stand = (all: Awaited<ReturnType<typeof replies>>) =>
  all.map(({ person, answer, version }) => [person, answer, version]);

it('S86 an invitation is answered from Outlook by mail: it is on record, and another guest later does not reset it', async () => {
  await save('C01');
  daemon = await startDaemon(app, { version: 'test' });
  const invitation = await until(() => sentTo('c01@film.test')[0]);
  const uid = /^UID:(.*)$/m.exec(bodiesOf(invitation.mime, 'text/calendar')[0] ?? '')?.[1]?.trim() ?? '';
  const reply = exchangeReply({ uid, attendee: 'c01@film.test', partstat: 'ACCEPTED', stamp: '20260101T100000Z' });
  deliver(providers.outlook.world, anna.address, letter('C01 <c01@film.test>', reply), desk.runtime.now());
  await until(async () => (await replies()).length === 1);
  expect(stand(await replies())).toEqual([['C01', 'accepted', 1]]);
  await save('C01', 'C02');
  daemon.wake();
  await daemon[Symbol.asyncDispose]();
  daemon = await startDaemon(app, { version: 'test' });
  await until(() => sentTo('c02@film.test')[0]);
  expect(stand(await replies())).toEqual([['C01', 'accepted', 1]]);
  expect(sentTo('c01@film.test')).toHaveLength(1);
  expect(providers.outlook.world.meetingMail).toEqual([]);
});

it('a mailbox that cannot be opened shows in status and doctor with its mend, and holds nothing else up', async () => {
  providers.outlook.fail({
    path: /mailFolders\/inbox/,
    times: 1000,
    reply: { status: 403, body: { error: { code: 'ErrorAccessDenied' } } },
  });
  await save('C01');
  daemon = await startDaemon(app, { version: 'test' });
  await until(() => sentTo('c01@film.test')[0]);
  const status = () => desk.json<{ inbox: { problem: string | null } }>('status');
  expect(await until(async () => (await status()).inbox.problem)).toMatch(/mail\.inbox.*Mail\.Read/);
  expect((await desk.run('status')).out).toMatch(/answers: not read since .*Mail\.Read/);
  const { out } = await desk.run('doctor');
  expect(out).toMatch(/FAULT {2}inbox: .*Mail\.Read/);
  expect(out).toMatch(/mend: .*docs\/outlook\.md.*“Answers”/);
  expect(out).toContain('ok     mail: graph: ready');
});
