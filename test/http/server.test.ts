import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/runtime/log.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import type { Store } from '../../src/store/store.ts';
import { copy, finding, link, message, officeAccount } from '../store/samples.ts';
import { now, openWorld, published, putEvents, serve } from './world.ts';

const json = { accept: 'application/json' };
const name = 'Person C06';

/** A store on which every reading fails with a message that quotes data. */
function broken(store: Store): Store {
  const fail = () => Promise.reject(new Error(`no such row: ${name}`));
  return {
    ...store,
    dialect: store.dialect,
    read: fail,
    write: fail,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

describe('health', () => {
  it('the process is alive before it is ready, and says what it waits for', async () => {
    await using web = await serve(await openWorld(), { isReady: () => false });
    expect(await web.ask('/healthz')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await web.ask('/readyz')).toMatchObject({ status: 503, text: '{"status":"not ready","reason":"starting"}' });
  });

  it('it is ready once it has come up and the store answers', async () => {
    await using web = await serve(await openWorld());
    expect(await web.ask('/readyz')).toMatchObject({ status: 200, text: '{"status":"ready"}' });
  });

  it('it is not ready, but alive, while the store fails or hangs', async () => {
    const store = await openWorld();
    await using failing = await serve(broken(store));
    expect(await failing.ask('/healthz')).toMatchObject({ status: 200 });
    expect(await failing.ask('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining('does not answer'),
    });
    const hanging = { ...broken(store), read: () => new Promise<never>(() => {}) };
    const runtime = { ...systemRuntime(createLog('silent')), sleep: async () => {} };
    await using stuck = await serve(hanging, { runtime });
    expect(await stuck.ask('/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('slow') });
  });
});

describe('metrics', () => {
  it('S89 they are well-formed numbers by state and name no person, title or production', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await putEvents(r, published('E001', { title: 'Secret fitting' }));
      await r.calendars.putAccount(officeAccount);
      await r.calendars.putLink(link('C06-caldav'));
      await r.calendars.putLink(link('C07-caldav', 'C07'));
      await r.calendars.patch(link('C07-caldav').id, { state: 'halted', problem: name });
      await r.copies.putCopies([copy('C06-caldav', 'E001')]);
      await r.findings.put(finding('f1', 'k1', { title: `${name} and the office` }));
      await r.mail.putMessages([message('m1'), message('m2', { state: 'sent' }), message('m3', { state: 'dropped' })]);
    });
    await using web = await serve(store);
    const { status, text, headers } = await web.ask('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
    const sample = /^[a-zA-Z_:][\w:]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[\d.e+-]+|Nan)$/;
    expect(lines.filter(line => !sample.test(line))).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'callboard_calendars{state="ok"} 1',
        'callboard_calendars{state="halted"} 1',
        'callboard_calendars{state="fault"} 0',
        'callboard_calendars_due 1',
        'callboard_copies{state="placed"} 1',
        'callboard_findings_open{kind="conflict"} 1',
        'callboard_messages{state="held"} 1',
        'callboard_messages{state="closed"} 2',
      ]),
    );
    expect(lines.some(line => line.startsWith('process_cpu_seconds_total'))).toBe(true);
    expect(text).not.toMatch(/Person|C06|Secret|E001|TIDE|tidewrack/i);
  });

  it('what is no longer so is no longer told', async () => {
    const store = await openWorld();
    const { id } = link('C06-caldav');
    await store.write(async r => {
      await r.calendars.putAccount(officeAccount);
      await r.calendars.putLink(link('C06-caldav'));
      await r.calendars.patch(id, { lastSyncAt: now - 90_000 });
    });
    await using web = await serve(store);
    expect((await web.ask('/metrics')).text).toContain('callboard_sync_age_seconds{of="oldest"} 90');
    await store.write(async r => r.calendars.removeLink(id));
    expect((await web.ask('/metrics')).text).not.toContain('callboard_sync_age_seconds{');
  });

  it('two servers in one process count apart', async () => {
    const other = await openWorld();
    await other.write(async r => r.findings.put(finding('f1', 'k1')));
    await using first = await serve(await openWorld());
    await using second = await serve(other);
    expect((await first.ask('/metrics')).text).toContain('findings_open{kind="conflict"} 0');
    expect((await second.ask('/metrics')).text).toContain('findings_open{kind="conflict"} 1');
  });
});

describe('errors', () => {
  it.each([
    '/nowhere',
    '/events/TIDE/E404',
    '/events/NONE/E001',
    '/messages/none',
    '/?production=NONE',
    '/?person=NONE',
  ])('there is nothing at %s', async path => {
    await using web = await serve(await openWorld());
    const { status, text, headers } = await web.ask(path, { headers: json });
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(text)).toMatchObject({ title: 'Not Found', status: 404, requestId: headers['x-request-id'] });
    expect(text).not.toContain('NONE');
  });

  it('a wrong verb is answered with those that are allowed', async () => {
    await using web = await serve(await openWorld());
    const answer = await web.ask('/events/TIDE/E001', { method: 'PUT', headers: json });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(JSON.parse(answer.text)).toMatchObject({ title: 'Method Not Allowed' });
  });

  it.each([
    '/?from=<b>yesterday',
    '/?from=2027-02-30',
    '/?kind=party',
    '/?page=0',
    '/?from=2027-03-02&to=2027-03-01',
    '/?from=2027-01-01&to=2029-01-01',
    '/?person=a&person=b',
    '/%zz',
  ])('%s means nothing, and is not repeated in the answer', async path => {
    await using web = await serve(await openWorld());
    const { status, text } = await web.ask(path);
    expect(status).toBe(400);
    expect(text).not.toMatch(/yesterday|02-30|party|%zz/);
  });

  it('S89 a failure shows its request id and nothing else; the log names its class and not its message', async () => {
    await using web = await serve(broken(await openWorld()));
    for (const headers of [json, { accept: 'text/html' }]) {
      const { status, text, headers: sent } = await web.ask('/', { headers });
      expect(status).toBe(500);
      expect(text).toContain(sent['x-request-id']);
      expect(text).not.toMatch(/Person|no such row|\.ts|\bat /);
    }
    const failures = web.logged.filter(line => line.includes('a request failed'));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain('"error":"Error"');
    expect(web.logged.join('')).not.toContain(name);
  });

  it('addresses with people in them do not reach the log', async () => {
    await using web = await serve(await openWorld());
    await web.ask('/?person=C06');
    expect(web.logged.some(line => line.includes('"route":"/"'))).toBe(true);
    expect(web.logged.join('')).not.toContain('C06');
  });

  it('a body that is too large is refused', async () => {
    await using web = await serve(await openWorld(), { actions: [] });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await web.ask('/actions/x', { method: 'POST', headers, body: 'a'.repeat(100_000) })).status).toBe(413);
  });
});

describe('guards', () => {
  it('no page may run script, be framed, or be read by another site', async () => {
    await using web = await serve(await openWorld());
    const { headers } = await web.ask('/', { headers: { origin: 'http://evil.test' } });
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(Object.keys(headers).filter(header => header.startsWith('access-control'))).toEqual([]);
  });

  it('on an address that others can reach there is health, metrics and a page that says why', async () => {
    const store = await openWorld();
    await store.write(async r => putEvents(r, published('E001')));
    // 127.0.0.2 stands for any address that is not one of the three names for this machine.
    await using web = await serve(store, {
      host: '127.0.0.2',
      actions: [{ id: 'a', label: 'A', hint: '', run: async () => '' }],
    });
    const front = await web.ask('/');
    expect(front.status).toBe(403);
    expect(front.text).toContain('this machine only');
    expect(front.text).not.toContain('Tidewrack');
    for (const path of ['/events/TIDE/E001', '/findings', '/messages', '/calendars']) {
      expect((await web.ask(path)).status).toBe(404);
    }
    expect((await web.ask('/actions/a', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(
      404,
    );
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await web.ask(path)).status).toBe(200);
  });

  it('a stranger’s name that points here is not answered', async () => {
    await using web = await serve(await openWorld(), { pages: app => void app.get('/extra', async () => 'extra') });
    for (const path of ['/', '/findings', '/extra']) {
      expect((await web.ask(path, { headers: { host: `evil.test:${web.port}` } })).status).toBe(421);
      expect((await web.ask(path, { headers: { host: `localhost:${web.port}` } })).status).toBe(200);
    }
  });
});

describe('actions', () => {
  const move = { id: 'move', label: 'Move <it>', hint: 'Everyone follows.' };

  it('a button of our own page runs, and the page then tells what was done', async () => {
    let runs = 0;
    const run = async () => `Moved ${++runs} <time>`;
    await using web = await serve(await openWorld(), { actions: [{ ...move, run }] });
    expect((await web.ask('/')).text).toContain('Move &lt;it&gt;');
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await web.ask('/actions/move', { method: 'POST', headers });
    expect(answer).toMatchObject({ status: 303, headers: { location: '/?did=move#did' } });
    expect((await web.ask('/?did=move')).text).toContain('Moved 1 &lt;time&gt;');
    const older = { origin: `http://127.0.0.1:${web.port}`, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await web.ask('/actions/move', { method: 'POST', headers: older })).status).toBe(303);
    expect(runs).toBe(2);
  });

  it('another site cannot press it, nor a link, nor a request that does not say where it is from', async () => {
    let runs = 0;
    await using web = await serve(await openWorld(), { actions: [{ ...move, run: async () => String(++runs) }] });
    const from = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.test' },
      { origin: 'null' },
      {},
    ];
    for (const headers of from) {
      expect((await web.ask('/actions/move', { method: 'POST', headers: { ...headers } })).status).toBe(403);
    }
    expect((await web.ask('/actions/move')).status).toBe(405);
    expect(runs).toBe(0);
  });

  it('without actions there is no such address', async () => {
    await using web = await serve(await openWorld());
    expect((await web.ask('/actions/move', { method: 'POST' })).status).toBe(404);
  });
});

describe('closing', () => {
  it('a request under way is finished first, and idle connections do not hold it up', async () => {
    const started = Promise.withResolvers<void>();
    const go = Promise.withResolvers<string>();
    const pages = (app: FastifyInstance) => {
      app.get('/slow', () => {
        started.resolve();
        return go.promise;
      });
    };
    await using web = await serve(await openWorld(), { pages });
    const idle = createConnection(web.port, '127.0.0.1');
    await once(idle, 'connect');
    const answer = web.ask('/slow');
    await started.promise;
    const closed = web.close();
    go.resolve('done');
    expect(await answer).toMatchObject({ status: 200, text: 'done' });
    idle.destroy();
    await closed;
    await expect(web.ask('/healthz')).rejects.toThrow();
  });
});

it('the stylesheet is found where the page points, with its type', async () => {
  await using web = await serve(await openWorld());
  const path = /href="(\/style\.css[^"]*)"/.exec((await web.ask('/')).text)?.[1] ?? '';
  expect(await web.ask(path)).toMatchObject({ status: 200, headers: { 'content-type': 'text/css; charset=utf-8' } });
});
