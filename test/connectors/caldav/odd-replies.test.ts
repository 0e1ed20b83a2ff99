/** Servers, proxies and sign-in walls that say something else than they should. Nothing of it may read as success. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { caldavConnector } from '../../../connectors/caldav/index.ts';
import { type CaldavSandbox, type Fault, startCaldavSandbox } from '../../../connectors/sandbox/caldav-server.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { systemRuntime } from '../../../src/runtime/system.ts';
import type { CalendarSession } from '../../../src/sync/connector.ts';
import { RemoteError } from '../../../src/sync/remote-error.ts';
import { type Bench, countingDoor, creationOf, now, sweep } from '../../contract/bench.ts';
import { alice, linkTo, sandboxBench } from '../../contract/caldav-bench.ts';
import { freePort } from '../../real/free-port.ts';

let sandbox: CaldavSandbox;
let bench: Bench;
let session: CalendarSession;
let number = 0;
beforeAll(async () => {
  sandbox = await startCaldavSandbox({ runtime: systemRuntime(createLog('silent')), users: [alice] });
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  number += 1;
  bench = sandboxBench(sandbox, `shoot${number}`);
  session = await bench.open();
});

const html = { 'content-type': 'text/html' };
const page = '<!DOCTYPE html><html><body>Please sign in</body></html>';
const preconditionBody = (name: string) =>
  `<error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:${name}/></error>`;

async function errorOf(act: () => Promise<unknown>): Promise<RemoteError> {
  const error = await act().then(
    () => null,
    reason => reason,
  );
  if (error instanceof RemoteError) return error;
  throw new Error(`expected a RemoteError, got ${error}`);
}

describe('a listing', () => {
  const odd: Record<string, Fault['reply'] & object> = {
    'S1 an HTML page with 200': { status: 200, headers: html, body: page },
    'S1 an empty body with 200': { status: 200, body: '' },
    'an empty body with 207': { status: 207, body: '' },
    'XML that is cut off': { status: 207, body: '<D:multistatus xmlns:D="DAV:"><D:response><D:href>/a.ics</D:hr' },
    'XML of another kind': { status: 207, body: '<feed/>' },
    'XML with a DTD': {
      status: 207,
      body: '<!DOCTYPE m [<!ENTITY x "y">]><D:multistatus xmlns:D="DAV:">&x;</D:multistatus>',
    },
    JSON: { status: 207, body: '{"ok":true}' },
  };
  it.each(Object.entries(odd))('%s is no empty calendar', async (_name, reply) => {
    for (const cursor of [null, (await sweep(session, null)).next]) {
      sandbox.fail({ reply });
      expect(await errorOf(() => sweep(session, cursor))).toMatchObject({ kind: 'protocol' });
    }
  });

  it('S1 an empty multistatus to a PROPFIND is no empty calendar', async () => {
    sandbox.switches.syncCollection = false;
    sandbox.fail({ method: 'PROPFIND', reply: { status: 207, body: '<D:multistatus xmlns:D="DAV:"/>' } });
    const error = await errorOf(() => sweep(session, null));
    sandbox.switches.syncCollection = true;
    expect(error).toMatchObject({ kind: 'protocol' });
  });

  it('S1 a calendar that is not there is no empty one', async () => {
    const { next } = await sweep(session, null);
    sandbox.removeCalendar(alice.name, `shoot${number}`);
    for (const cursor of [null, next]) {
      const error = await errorOf(() => sweep(session, cursor));
      expect(error).toMatchObject({ kind: 'gone', detail: { scope: 'calendar' } });
    }
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({
      kind: 'gone',
      detail: { scope: 'calendar' },
    });
  });

  it.each([400, 403, 409, 410, 500])('status %i to a cursor means that the cursor is lost', async status => {
    const { next } = await sweep(session, null);
    sandbox.fail({ method: 'REPORT', reply: { status } });
    expect(await errorOf(() => sweep(session, next))).toMatchObject({ kind: 'cursor-expired' });
  });
});

describe('a write', () => {
  it('answered with 207 and an inner 412 is refused, not done', async () => {
    sandbox.switches.hostile = true;
    await session.create(creationOf(1));
    const twin = { ...creationOf(2), uid: creationOf(1).uid };
    const error = await errorOf(() => session.create(twin));
    sandbox.switches.hostile = false;
    expect(error).toMatchObject({ kind: 'rejected', outcome: 'not-done', detail: { precondition: 'no-uid-conflict' } });
  });

  it('that meets its own item under another name says that it exists, and finds it', async () => {
    await session.create(creationOf(1));
    const { state } = sandbox.calendar(alice.name, `shoot${number}`);
    const item = state.items()[0]!;
    state.remove(item.id);
    state.put('renamed-by-server.ics', item.uid, item.content);
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind: 'exists' });
    const found = await session.find(creationOf(1));
    expect(found?.remoteId).toMatch(/renamed-by-server\.ics$/);
  });

  it('answered with a page for people is of unknown outcome', async () => {
    sandbox.fail({ method: 'PUT', reply: { status: 200, headers: html, body: page } });
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind: 'protocol', outcome: 'unknown' });
  });

  it.each([
    [401, '', 'reconnect'],
    [403, '', 'forbidden'],
    [403, 'supported-calendar-component', 'rejected'],
    [403, 'max-attendees-per-instance', 'rejected'],
    [409, 'no-uid-conflict', 'rejected'],
    [413, '', 'rejected'],
    [415, '', 'rejected'],
    [507, '', 'rejected'],
    [405, '', 'unsupported'],
    [423, '', 'unavailable'],
    [429, '', 'throttled'],
  ])('answered with %i %s was not done: %s', async (status, precondition, kind) => {
    const body = precondition === '' ? '' : preconditionBody(precondition);
    sandbox.fail({ method: 'PUT', reply: { status, body } });
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind, outcome: 'not-done' });
    expect(sandbox.calendar(alice.name, `shoot${number}`).state.items()).toEqual([]);
  });

  it.each([500, 502, 503, 504])('answered with %i may have been done', async status => {
    sandbox.fail({ method: 'PUT', after: true, reply: { status, headers: { 'retry-after': '30' } } });
    const error = await errorOf(() => session.create(creationOf(1)));
    expect(error).toMatchObject({ kind: 'unavailable', outcome: 'unknown', retryAt: now + 30_000 });
    expect(await session.find(creationOf(1))).not.toBeNull();
  });

  it('whose connection breaks may have been done; one that found no connection was not', async () => {
    sandbox.fail({ method: 'PUT', drop: 'before' });
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({
      kind: 'unavailable',
      outcome: 'unknown',
    });
    const door = countingDoor(alice.password);
    const nobody = await caldavConnector.open(linkTo(`http://127.0.0.1:${await freePort()}/x/`, 'alice'), door);
    expect(await errorOf(() => nobody.create(creationOf(1)))).toMatchObject({
      kind: 'unavailable',
      outcome: 'not-done',
    });
  });

  it('ends with the run', async () => {
    const ended = await bench.open({ signal: AbortSignal.abort() });
    expect(await errorOf(() => ended.create(creationOf(1)))).toMatchObject({ kind: 'timeout', outcome: 'unknown' });
  });

  it('without a tag in its reply shows what was stored', async () => {
    sandbox.switches.etagOnPut = false;
    const written = await session.create(creationOf(1));
    sandbox.switches.etagOnPut = true;
    expect(written).toMatchObject({ tag: '"v1"', observed: { kind: 'present', face: creationOf(1).face } });
  });

  it('of an update without the native text reads it first, but only at the tag that was seen', async () => {
    const { remoteId, tag } = await session.create(creationOf(1));
    const change = { ...creationOf(1), fields: { title: 'Ours' } };
    const written = await session.update({ remoteId, tag, native: null }, change);
    expect(await errorOf(() => session.update({ remoteId, tag, native: null }, change))).toMatchObject({
      kind: 'stale',
    });
    expect((await session.look([remoteId]))[0]).toMatchObject({ tag: written.tag, face: { title: 'Ours' } });
  });
});

it('a wrong password asks for the account to be mended', async () => {
  const wrong = await bench.open({ secret: 'wrong' });
  expect(await errorOf(() => sweep(wrong, null))).toMatchObject({ kind: 'reconnect' });
});
