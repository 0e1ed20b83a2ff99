/** Many changes for one mailbox through the real engine: what leaves, what is repeated, what a lost answer does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MicrosoftRequest } from '../../../connectors/sandbox/microsoft-server.ts';
import { syncOnce } from '../../../src/sync/sync-once.ts';
import { addressOf, type OutlookOffice, openOutlookOffice } from './outlook-office.ts';

let office: OutlookOffice;
beforeEach(async () => {
  office = await openOutlookOffice();
});
afterEach(() => office[Symbol.asyncDispose]());

const names = Array.from({ length: 40 }, (_, at) => `E${String(at).padStart(3, '0')}`);
const saveAll = async (changes = {}) => {
  for (const name of names) await office.save(name, changes);
};
const shown = () =>
  office
    .hand('C02')
    .all()
    .map(({ event }) => event.fields.subject)
    .toSorted();
const retitled = names.map(() => 'Recce');
const minutes = (count: number) => {
  office.clock += count * 60_000;
};
const sent = (log: readonly MicrosoftRequest[]) => log.filter(({ inner, path }) => !inner && path.startsWith('/v1.0'));
const parts = (log: readonly MicrosoftRequest[], method: string) =>
  log.filter(one => one.method === method && (one.inner || one.path.includes('/events')));

describe('forty changes for one mailbox', () => {
  it('S59 are two readings and two batches of writes beside the round, and meet no 429', async () => {
    office.sandbox.world.switches.latencyMs = 2;
    await saveAll();
    expect(await office.sync()).toMatchObject({ created: 40, failed: [] });
    const first = office.requests();
    expect(parts(first, 'POST')).toHaveLength(40);
    expect(sent(first).filter(({ path }) => path.endsWith('/$batch'))).toHaveLength(2);
    await office.sync();
    office.requests();
    await saveAll({ title: 'Recce' });
    expect(await office.sync()).toMatchObject({ updated: 40, failed: [] });
    const log = office.requests();
    expect(sent(log).map(({ method, path }) => `${method} ${path.replace(/.*\/|\?.*/g, '')}`)).toEqual([
      'GET delta',
      ...Array(4).fill('POST $batch'),
    ]);
    expect(parts(log, 'PATCH')).toHaveLength(40);
    expect([...first, ...log].filter(({ status }) => status === 429)).toEqual([]);
    expect(shown()).toEqual(retitled);
  });

  it('S59 of which some are turned away are repeated in these alone', async () => {
    await saveAll();
    await office.sync();
    await saveAll({ title: 'Recce' });
    office.sandbox.fail({ method: 'PATCH', path: /events/, times: 7, reply: { status: 429 } });
    office.requests();
    expect(await office.sync()).toMatchObject({ updated: 40, failed: [] });
    expect(parts(office.requests(), 'PATCH')).toHaveLength(47);
    expect(shown()).toEqual(retitled);
  });

  it('S59 of which some are to wait are repeated after that time, and none that was done', async () => {
    await saveAll();
    await office.sync();
    await saveAll({ title: 'Recce' });
    const reply = { status: 429, headers: { 'retry-after': '90' } };
    office.sandbox.fail({ method: 'PATCH', path: /events/, times: 5, reply });
    office.requests();
    expect((await office.sync()).failed).toHaveLength(1);
    expect(shown().filter(title => title === 'Recce')).toHaveLength(15);
    minutes(1);
    const before = office.requests();
    await office.sync();
    expect(office.requests(), 'the mailbox rests').toEqual([]);
    minutes(1);
    expect(await office.sync()).toMatchObject({ updated: 25, failed: [] });
    const done = parts([...before, ...office.requests()], 'PATCH').filter(({ status }) => status === 200);
    expect(new Set(done.map(({ path }) => path)).size).toBe(40);
    expect(done).toHaveLength(40);
    expect(shown()).toEqual(retitled);
  });

  it('S59 for a mailbox that turns away all but four parts of a batch are refused once, and then come in fours', async () => {
    await saveAll();
    await office.sync();
    Object.assign(office.sandbox.world.switches, { latencyMs: 2, batchWidth: 20 });
    await saveAll({ title: 'Recce' });
    office.requests();
    expect((await office.sync()).failed).toHaveLength(1);
    minutes(2);
    expect(await office.sync()).toMatchObject({ updated: 36, failed: [] });
    expect(office.requests().filter(({ status }) => status === 429)).toHaveLength(16);
    expect(shown()).toEqual(retitled);
  });
});

describe('a batch whose answer is lost', () => {
  const batch = { path: /\$batch/ };

  it('S34 S35 made twenty events, none of which is made again', async () => {
    await saveAll();
    office.sandbox.fail({ ...batch, drop: 'after' });
    expect((await office.sync()).failed).toHaveLength(1);
    expect(shown()).toHaveLength(20);
    minutes(2);
    expect(await office.sync()).toMatchObject({ created: 20, failed: [] });
    expect(parts(office.requests(), 'POST')).toHaveLength(40);
    expect(shown()).toHaveLength(40);
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0, conflicts: 0 });
  });

  it('S34 or whose request never came there, leaves nothing undone and nothing double', async () => {
    await saveAll();
    office.sandbox.fail({ ...batch, drop: 'before' });
    expect((await office.sync()).failed).toHaveLength(1);
    expect(shown()).toHaveLength(0);
    minutes(2);
    expect(await office.sync()).toMatchObject({ created: 40, failed: [] });
    expect(shown()).toHaveLength(40);
  });

  it('changed twenty events, whose new titles are ours and nobody else’s edits', async () => {
    await saveAll();
    await office.sync();
    await saveAll({ title: 'Recce' });
    office.sandbox.fail({ ...batch });
    office.sandbox.fail({ ...batch, drop: 'after' });
    expect((await office.sync()).failed).toHaveLength(1);
    minutes(2);
    expect(await office.sync()).toMatchObject({ updated: 20, inbound: 0, conflicts: 0, failed: [] });
    expect(shown()).toEqual(retitled);
    expect(await office.findings('open')).toEqual([]);
  });

  it('in one part alone leaves that one open and the others done', async () => {
    await saveAll();
    office.sandbox.fail({ method: 'POST', path: /events$/, drop: 'after' });
    expect((await office.sync()).failed).toHaveLength(1);
    minutes(2);
    expect(await office.sync()).toMatchObject({ failed: [] });
    expect(parts(office.requests(), 'POST')).toHaveLength(40);
    expect(shown()).toHaveLength(40);
  });
});

describe('changes that do not fit into one request', () => {
  it('a run that is ended while a batch is under way leaves attempts that the next one settles', async () => {
    await saveAll();
    office.sandbox.world.switches.latencyMs = 2;
    const run = new AbortController();
    const { parts: given } = office;
    const cut: typeof fetch = async (input, init) => {
      const reply = await given.fetch(input, init);
      if (new Request(input).url.endsWith('/$batch')) run.abort();
      init?.signal?.throwIfAborted();
      return reply;
    };
    await syncOnce({ ...given, fetch: cut }, { only: null, concurrency: 1, signal: run.signal }).catch(() => undefined);
    expect(shown()).toHaveLength(20);
    minutes(2);
    await office.sync();
    await office.sync();
    expect(shown()).toHaveLength(40);
    expect(office.sandbox.world.transactions.size).toBe(40);
  });

  it('series with dates of their own keep the order of their steps among the others', async () => {
    const except = ['2027-03-22T10:00:00'] as never;
    for (const name of names.slice(0, 5)) await office.save(name, { rrule: 'FREQ=WEEKLY;COUNT=4', except });
    for (const name of names.slice(5)) await office.save(name);
    expect(await office.sync()).toMatchObject({ created: 40, failed: [] });
    const cancelled = office
      .hand('C02')
      .all()
      .map(({ event }) => event.cancelled.length);
    expect(cancelled.filter(count => count === 1)).toHaveLength(5);
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0, conflicts: 0 });
    expect(office.sandbox.world.meetingMail.filter(({ user }) => user === addressOf('C02'))).toEqual([]);
  });
});
