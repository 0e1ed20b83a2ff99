/** How long callboard waits for a server that wants to be left alone, and that nobody else waits with it. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localRunner, type Runner } from '../../src/jobs/runner.ts';
import type { CalendarId } from '../../src/model/ids.ts';
import { bareAccount, linksOf } from '../../src/sync/links.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { calendarOf, named, type Office, openOffice } from './office.ts';

let office: Office;
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const second = 1000;
const minute = 60 * second;
const crew = (count: number) => Array.from({ length: count }, (_, n) => `C${String(n).padStart(2, '0')}`);
const signal = new AbortController().signal;

describe('a server that answers “too many requests”', () => {
  beforeEach(async () => {
    office = await openOffice();
    await office.save('E1');
  });

  /** Milliseconds until the next try, with the dice at `random`. */
  async function waitAfter(headers: Record<string, string>, random: number): Promise<number> {
    Object.assign(office.parts, { runtime: { ...office.parts.runtime, random: () => random } });
    office.server.fail({ reply: { status: 429, headers } });
    const { account } = (await office.row('C02')).link;
    await office.sync('C02');
    const gate = (await office.store.read(r => r.calendars.account(account)))?.gateUntil ?? 0;
    expect((await office.row('C02')).nextAt).toBe(gate);
    return gate - office.clock;
  }

  it('S57 with Retry-After 30 is left alone for that long, and no shorter', async () => {
    expect(await waitAfter({ 'retry-after': '30' }, 0.5)).toBe(30 * second);
  });

  it('S57 with a useless Retry-After of 1 is left alone for our own back-off', async () => {
    expect(await waitAfter({ 'retry-after': '1' }, 0)).toBe(7.5 * second);
  });

  it('S57 without Retry-After too, and not always equally long', async () => {
    expect(await waitAfter({}, 0)).toBe(7.5 * second);
    office.clock += minute;
    expect(await waitAfter({}, 1)).toBe(30 * second);
  });

  it('S57 with a date as Retry-After is left alone until then', async () => {
    const date = new Date(office.clock + 90 * second).toUTCString();
    expect(await waitAfter({ 'retry-after': date }, 0.5)).toBe(90 * second);
  });

  it('S57 again and again is left alone for longer each time, up to an hour', async () => {
    const waits: number[] = [];
    for (let round = 0; round < 11; round += 1) {
      waits.push(await waitAfter({ 'retry-after': '2' }, 1));
      office.clock += waits.at(-1) ?? 0;
    }
    expect(waits.slice(0, 4)).toEqual([15, 30, 60, 120].map(count => count * second));
    expect(waits.at(-1)).toBe(60 * minute);
    expect(await office.sync('C02')).toMatchObject({ created: 1, failed: [] });
  });

  it('S57 is asked nothing in the meantime, not even by command', async () => {
    await waitAfter({ 'retry-after': '30' }, 0.5);
    office.requests();
    await office.sync('C02');
    expect(office.requests()).toEqual([]);
    office.clock += 30 * second;
    expect(await office.sync('C02')).toMatchObject({ created: 1, failed: [] });
  });
});

/** The daemon's own runner over the office's engine; only its pauses are short. */
function runnerOf(concurrency: number): Runner {
  const { parts, store } = office;
  const run = async (id: CalendarId, signal: AbortSignal) =>
    (await reconcile(parts, id, signal)).state === 'busy' ? 'busy' : 'done';
  return localRunner({ store, runtime: parts.runtime, concurrency, pollMs: 20, run });
}

const titles = (person: string) => office.items(person).map(text => /SUMMARY:(.*)\r/.exec(text)?.[1]);

describe('one account that is throttled for an hour', () => {
  it('S60 does not hold up the other fifty-nine', async () => {
    const people = crew(60);
    office = await openOffice(people);
    const [throttled = '', ...others] = people;
    await office.save('E1', { title: 'Edit 0', required: named(...people) });
    await office.sync();
    const asked: number[] = [];
    const real = globalThis.fetch;
    const fetch: typeof real = async (input, init) => {
      if (!String(input).includes(`/${throttled.toLowerCase()}/`)) return await real(input, init);
      asked.push(office.clock);
      return new Response('', { status: 429, headers: { 'retry-after': '3600' } });
    };
    Object.assign(office.parts, { fetch });
    const runner = runnerOf(8);
    runner.start();
    try {
      for (let edit = 1; edit <= 6; edit += 1) {
        await office.save('E1', { title: `Edit ${edit}` });
        runner.wake();
        await vi.waitFor(() => expect(others.filter(one => titles(one)[0] !== `Edit ${edit}`)).toEqual([]), 20_000);
        office.clock += 9 * minute;
      }
    } finally {
      await runner.stop();
    }
    expect(asked).toHaveLength(1);
    expect(titles(throttled)).toEqual(['Edit 0']);
    Object.assign(office.parts, { fetch: real });
    office.clock += 10 * minute;
    expect(await office.sync()).toMatchObject({ updated: 1, failed: [] });
    expect(titles(throttled)).toEqual(['Edit 6']);
  });
});

describe('servers that are slow, and servers that are dead', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  /** Takes connections and never says a word. */
  beforeEach(async () => {
    silent = createServer(socket => void sockets.add(socket.on('error', () => {})));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    silent.close();
  });

  /** Time-outs as they are, only shorter: of the connector’s thirty seconds no test should know. */
  let patienceMs = 50;
  const impatient: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      signal: AbortSignal.any([AbortSignal.timeout(patienceMs), ...(init?.signal ? [init.signal] : [])]),
    });

  async function linkDead(person: string, port: number): Promise<void> {
    const link = (await office.row(person)).link;
    const url = `http://127.0.0.1:${port}/calendars/${person}/`;
    const [dead] = linksOf([{ ...link, url }], 'config');
    if (!dead) throw new Error('no link');
    await office.store.write(async r => {
      await r.calendars.putAccount(bareAccount(dead));
      await r.calendars.putLink(dead);
    });
  }

  const port = () => {
    const address = silent.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it('S64 a server that never answers is a time-out and no more: everybody else is served meanwhile', async () => {
    const people = crew(12);
    office = await openOffice(people);
    Object.assign(office.parts, { fetch: impatient });
    const dead = people.slice(0, 2);
    for (const person of dead) await linkDead(person, port());
    await office.save('E1', { required: named(...people) });
    const report = await office.sync();
    expect(report.created).toBe(10);
    expect(report.failed.map(one => one.calendar).sort()).toEqual(dead.map(calendarOf));
    for (const person of dead) {
      expect(await office.row(person)).toMatchObject({
        state: 'unread',
        failures: 1,
        problem: expect.stringMatching(/time/),
      });
    }
  });

  it('S64 a server that is not there is known at once, and tried ever more rarely', async () => {
    office = await openOffice(['C02', 'C03']);
    const free = createServer();
    free.listen(0, '127.0.0.1');
    await once(free, 'listening');
    const address = free.address();
    const unused = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise(done => free.close(done));
    await linkDead('C02', unused);
    await office.save('E1', { required: named('C02', 'C03') });
    const pauses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await office.sync();
      pauses.push((await office.row('C02')).nextAt - office.clock);
      office.clock += 2 * 60 * minute;
    }
    expect(office.items('C03')).toHaveLength(1);
    expect(pauses.at(-1)).toBeGreaterThan(4 * (pauses[0] ?? 0));
  });

  it('S64 slow calendars keep only their own places: while they are waited for the others go round', async () => {
    const people = crew(9);
    office = await openOffice(people);
    const slow = people.slice(0, 3);
    let release = () => {};
    const held = new Promise<void>(done => {
      release = done;
    });
    const isSlow = (url: string) => slow.some(one => url.includes(`/${one.toLowerCase()}/`));
    const waiting = new Set<string>();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (isSlow(String(input))) {
        waiting.add(String(input));
        await held;
      }
      return await globalThis.fetch(input, init);
    };
    Object.assign(office.parts, { fetch });
    await office.save('E1', { title: 'First', required: named(...people) });
    const runner = runnerOf(4);
    runner.start();
    try {
      const rest = people.slice(3);
      await vi.waitFor(() => expect(rest.flatMap(titles)).toEqual(rest.map(() => 'First')), 20_000);
      await vi.waitFor(() => expect(waiting.size).toBe(3), 20_000);
      await office.save('E1', { title: 'Second' });
      runner.wake();
      await vi.waitFor(() => expect(rest.flatMap(titles)).toEqual(rest.map(() => 'Second')), 20_000);
      expect(slow.flatMap(titles)).toEqual([]);
      release();
      await vi.waitFor(() => expect(slow.flatMap(titles)).toEqual(slow.map(() => 'Second')), 20_000);
    } finally {
      release();
      await runner.stop();
    }
  });

  it('S64 hundreds of time-outs leave nothing behind in memory', async () => {
    office = await openOffice();
    Object.assign(office.parts, { fetch: impatient });
    patienceMs = 3;
    await linkDead('C02', port());
    await office.save('E1');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const tries = async (count: number) => {
      for (let done = 0; done < count; done += 1) {
        office.clock += 2 * 60 * minute;
        expect((await reconcile(office.parts, calendarOf('C02'), signal)).state).toBe('failed');
        for (const socket of sockets) socket.destroy();
        sockets.clear();
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await tries(50);
    const after = await tries(350);
    expect(after - before).toBeLessThan(3 * 1024 * 1024);
  });
});
