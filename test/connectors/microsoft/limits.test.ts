import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microsoftConnector } from '../../../connectors/microsoft/index.ts';
import { Slots } from '../../../connectors/microsoft/slots.ts';
import { countingDoor, creationOf, knowing, now } from '../../contract/bench.ts';
import { anna, linkTo, settingsFor } from '../../contract/microsoft-bench.ts';
import { type Outlook, openOutlook } from './outlook.ts';

let outlook: Outlook;
beforeEach(async () => {
  outlook = await openOutlook();
});
afterEach(() => outlook[Symbol.asyncDispose]());

const statuses = () => outlook.log.map(({ status }) => status);

describe('four requests at a time for one mailbox', () => {
  it('S59 forty changes from two calendars of one person meet no 429', async () => {
    outlook.sandbox.world.switches.latencyMs = 3;
    const connector = microsoftConnector(settingsFor(outlook.sandbox));
    const second = outlook.sandbox.world.addCalendar(anna.address, 'Second unit');
    const sessions = await Promise.all(
      [linkTo(anna.address), linkTo(anna.address, second.id)].map(link => connector.open(link, countingDoor(null))),
    );
    await Promise.all(
      sessions.flatMap((session, unit) =>
        Array.from({ length: 20 }, (_, at) => session.create(creationOf(1 + at + unit * 20))),
      ),
    );
    for (const session of sessions) {
      const written = await Promise.all(Array.from({ length: 20 }, (_, at) => session.find(creationOf(1 + at))));
      await session.look(written.flatMap(item => item?.remoteId ?? []));
    }
    expect(statuses()).not.toContain(429);
  });

  it('a batch takes every place, and waits until they are free', async () => {
    const slots = new Slots(3);
    const order: string[] = [];
    const gates = ['a', 'b', 'batch', 'c'].map(name => ({ name, ...Promise.withResolvers<void>() }));
    const runs = gates.map(({ name, promise }) =>
      slots.run(name === 'batch' ? 3 : 1, async () => {
        order.push(name);
        await promise;
      }),
    );
    await Promise.resolve();
    expect(order).toEqual(['a', 'b']);
    for (const gate of gates.slice(0, 2)) gate.resolve();
    await Promise.all(runs.slice(0, 2));
    expect(order).toEqual(['a', 'b', 'batch']);
    for (const gate of gates) gate.resolve();
    await Promise.all(runs);
    expect(order).toEqual(['a', 'b', 'batch', 'c']);
  });

  it('a request that fails gives its place back', async () => {
    const slots = new Slots(1);
    await expect(slots.run(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await slots.run(1, async () => 'next')).toBe('next');
  });
});

describe('a batch of which parts are turned away', () => {
  const many = async (count: number) => {
    const items = [];
    for (let number = 1; number <= count; number += 1) items.push(await outlook.place(number));
    return items;
  };
  const parts = () => outlook.log.filter(({ inner }) => inner).length;

  it('S59 asks for those parts again and for no others', async () => {
    const items = await many(30);
    outlook.log.length = 0;
    outlook.sandbox.fail({ method: 'GET', path: /events/, times: 7, reply: { status: 429 } });
    const seen = await outlook.session.look(items.map(({ remoteId }) => remoteId));
    expect(seen.map(({ kind }) => kind)).toEqual(items.map(() => 'present'));
    expect(parts()).toBe(30 + 7);
  });

  it('S57 keeps what came, says when to come back, and then reads only the rest', async () => {
    const items = await many(12);
    const { next } = await outlook.read(null);
    for (const { remoteId } of items) outlook.hand.touch(remoteId);
    const headers = { 'retry-after': '2.128' };
    outlook.sandbox.fail({ method: 'GET', path: /^\/users.*events\//, times: 5, reply: { status: 429, headers } });
    const known = new Map<string, string>();
    const reading = async () => {
      const window = { from: now, to: now + 400 * 86_400_000 };
      const tags = knowing([...known] as never);
      for await (const { items: seen } of outlook.session.observe(next, window, tags)) {
        for (const item of seen) if (item.kind === 'present') known.set(item.remoteId, item.tag ?? '');
      }
    };
    await expect(reading()).rejects.toMatchObject({ kind: 'throttled', retryAt: now + 2128 });
    expect(known.size).toBe(7);
    outlook.log.length = 0;
    await reading();
    expect(known.size).toBe(12);
    expect(parts()).toBe(5);
  });

  it('is throttled as a whole when no part gets through', async () => {
    const items = await many(3);
    outlook.sandbox.fail({ method: 'GET', path: /events/, times: 3, reply: { status: 429 } });
    const look = outlook.session.look(items.map(({ remoteId }) => remoteId));
    await expect(look).rejects.toMatchObject({ kind: 'throttled', retryAt: null });
  });

  it('does not take a part that failed for a deletion', async () => {
    const items = await many(3);
    outlook.sandbox.fail({ method: 'GET', path: /events/, reply: { status: 503, headers: { 'retry-after': '5' } } });
    const look = outlook.session.look(items.map(({ remoteId }) => remoteId));
    await expect(look).rejects.toMatchObject({ kind: 'unavailable', retryAt: now + 5000 });
  });
});

it('S57 a Retry-After of a second, of thirty, or none at all is handed on as it is', async () => {
  const asked = async (header: string | null) => {
    const headers: Record<string, string> = header === null ? {} : { 'retry-after': header };
    outlook.sandbox.fail({ method: 'GET', path: /delta/, reply: { status: 429, headers } });
    return await outlook.read(null).catch(error => error);
  };
  expect(await asked('30')).toMatchObject({ kind: 'throttled', outcome: 'not-done', retryAt: now + 30_000 });
  expect(await asked('1')).toMatchObject({ kind: 'throttled', retryAt: now + 1000 });
  expect(await asked(null)).toMatchObject({ kind: 'throttled', retryAt: null });
});

it('one change is one look and one write', async () => {
  const item = await outlook.place();
  outlook.log.length = 0;
  await outlook.session.update(item, { ...creationOf(1), fields: { title: 'Recce' } });
  expect(outlook.log.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
});
