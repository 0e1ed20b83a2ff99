import { describe, expect, it } from 'vitest';
import { Batches, BatchSize, type PartRequest } from '../../../connectors/microsoft/batch.ts';
import type { GraphReply, GraphRequest } from '../../../connectors/microsoft/client.ts';
import { RemoteError } from '../../../src/sync/remote-error.ts';

type Part = Readonly<{ id: string; method: string; url: string; headers: Record<string, string>; body?: unknown }>;
type Said = Readonly<{ status: number; headers?: Record<string, unknown>; body?: unknown }>;
const ok: Said = { status: 200, body: {} };
const reply = (status: number, body: unknown = {}, retryAfter: string | null = null): GraphReply => ({
  status,
  body,
  retryAfter,
});

/** Answers what leaves, one answer after another; the last one stays. */
function graph(...answers: readonly ((parts: readonly Part[]) => GraphReply | Promise<GraphReply>)[]) {
  const left: (GraphRequest & { parts: readonly Part[] })[] = [];
  const client = {
    async request(request: GraphRequest): Promise<GraphReply> {
      const { requests = [] } = typeof request.body === 'object' ? (request.body as { requests?: Part[] }) : {};
      left.push({ ...request, parts: requests });
      return await (answers[Math.min(left.length, answers.length) - 1]?.(requests) ?? reply(200));
    },
  };
  const size = new BatchSize(20);
  const batches = new Batches(client, size);
  const ask = (count: number, request: Partial<PartRequest> = {}) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, at) => batches.request({ method: 'PATCH', path: `/e${at}`, ...request })),
    );
  const urls = () => left.map(({ parts, path }) => (path === '/$batch' ? parts.map(({ url }) => url).join(' ') : path));
  return { left, size, batches, ask, urls };
}

/** Every part of a batch as `said` has it. */
const each = (said: (part: Part, at: number) => Said) => (parts: readonly Part[]) =>
  reply(200, { responses: parts.map((part, at) => ({ id: part.id, headers: {}, ...said(part, at) })).reverse() });

const statuses = (settled: readonly PromiseSettledResult<GraphReply>[]) =>
  settled.map(one => (one.status === 'fulfilled' ? one.value.status : one.reason.kind));
const few = ['/e0', '/e1', '/e2', '/e3', '/e4', '/e5'];

describe('requests of one moment', () => {
  it('travel twenty at a time, each with its own answer and its own preferences', async () => {
    const { ask, left } = graph(each(({ url }) => ({ status: 200, body: { url } })));
    const settled = await ask(41, { headers: { 'If-Match': 'W/"1"' }, body: { subject: 'x' } });
    expect(left.map(({ path, parts }) => [path, parts.length])).toEqual([
      ['/$batch', 20],
      ['/$batch', 20],
      ['/e40', 0],
    ]);
    const urls = settled.slice(0, 40).map(one => one.status === 'fulfilled' && one.value.body);
    expect(urls).toEqual(urls.map((_, at) => ({ url: `/e${at}` })));
    expect(left[0]?.places).toBe(3);
    expect(left[0]?.parts[7]).toEqual({
      id: '7',
      method: 'PATCH',
      url: '/e7',
      headers: {
        Prefer: 'IdType="ImmutableId", outlook.timezone="UTC"',
        'Content-Type': 'application/json',
        'If-Match': 'W/"1"',
      },
      body: { subject: 'x' },
    });
  });

  it('that is only one goes alone, and so does one that comes while another is alone under way', async () => {
    const { batches, left } = graph(() => reply(204));
    const asked: PartRequest = { method: 'DELETE', path: '/e1' };
    expect(await batches.request(asked)).toEqual(reply(204));
    const first = batches.request(asked);
    await new Promise(resolve => setImmediate(resolve));
    await Promise.all([first, batches.request(asked)]);
    expect(left.map(({ path, method }) => [path, method])).toEqual(Array(3).fill(['/e1', 'DELETE']));
  });

  it('that come while a batch is under way go with the next', async () => {
    const gate = Promise.withResolvers<void>();
    const all = each(() => ok);
    const slow = async (parts: readonly Part[]) => {
      await gate.promise;
      return all(parts);
    };
    const { ask, left } = graph(slow, all);
    const first = ask(2);
    await new Promise(resolve => setImmediate(resolve));
    const second = ask(1);
    await new Promise(resolve => setImmediate(resolve));
    const third = ask(2);
    gate.resolve();
    await Promise.all([first, second, third]);
    expect(left.map(({ parts }) => parts.length)).toEqual([2, 3]);
  });
});

describe('a batch of writes', () => {
  it('each part of which is refused in its own way is told so part by part', async () => {
    const fates = [201, 412, 409, 404, 500, 403];
    const { ask, left } = graph(each((_, at) => ({ status: fates[at] ?? 0, headers: { 'RETRY-AFTER': 5 } })));
    const settled = await ask(6);
    expect(statuses(settled)).toEqual(fates);
    expect(settled[4]).toMatchObject({ value: { retryAfter: '5' } });
    expect(left).toHaveLength(1);
  });

  it('repeats what was turned away without a word when to come back, and nothing that may have been done', async () => {
    const fates = [200, 429, 503, 429, 408, 200];
    const { ask, urls } = graph(
      each((_, at) => ({ status: fates[at] ?? 0 })),
      each(() => ok),
    );
    expect(statuses(await ask(6))).toEqual([200, 200, 503, 200, 408, 200]);
    expect(urls()).toEqual([few.join(' '), '/e1 /e3']);
  });

  it('repeats nothing where Graph says when to come back, and lets nothing leave that waits behind it', async () => {
    const { ask, left } = graph(
      each((_, at) => (at === 3 || at === 5 ? { status: 429, headers: { 'Retry-After': `${at}.5` } } : ok)),
    );
    const settled = await ask(30);
    expect(statuses(settled).filter(status => status === 429)).toHaveLength(12);
    expect([3, 5, 29].map(at => settled[at])).toMatchObject(
      ['3.5', '5.5', '3.5'].map(retryAfter => ({ value: { status: 429, retryAfter } })),
    );
    expect(left).toHaveLength(1);
  });

  it('of which nothing gets through is throttled, and what waits behind it with it', async () => {
    const { ask, left, size } = graph(each(() => ({ status: 429 })));
    expect(new Set(statuses(await ask(30)))).toEqual(new Set([429]));
    expect(left).toHaveLength(1);
    expect(size.parts).toBe(20);
  });

  it('is followed by smaller ones where the mailbox turns parts away that Microsoft said would wait', async () => {
    const four = each((_, at) => (at < 4 ? ok : { status: 429 }));
    const { ask, left, size } = graph(four);
    expect(new Set(statuses(await ask(20)))).toEqual(new Set([200]));
    expect(left.map(({ parts }) => parts.length)).toEqual([20, 4, 4, 4, 4]);
    await ask(8);
    expect(left.slice(5).map(({ parts }) => parts.length)).toEqual([4, 4]);
    size.gotThrough(1);
    expect(size.parts).toBe(4);
  });

  it('gives a part whose token was refused the second try that it would have had alone', async () => {
    const { ask, urls } = graph(
      each((_, at) => (at === 2 ? { status: 401 } : ok)),
      () => reply(201),
    );
    expect(statuses(await ask(6))).toEqual([200, 200, 201, 200, 200, 200]);
    expect(urls()).toEqual([few.join(' '), '/e2']);
  });
});

describe('the answer to a batch', () => {
  const unknown = { reason: { kind: 'protocol', outcome: 'unknown' } };

  it('that leaves a part out, names it twice or garbles it leaves that part unknown, and no other', async () => {
    const { ask, left } = graph(parts => {
      const said = parts.map(({ id }) => ({ id, status: 200 }));
      const odd = { id: '1', status: '200' };
      return reply(200, {
        responses: [said[0], odd, said[2], said[3], said[3], { id: '99', status: 200 }, said[5], null],
      });
    });
    const settled = await ask(6);
    expect(statuses(settled)).toEqual([200, 'protocol', 200, 'protocol', 'protocol', 200]);
    expect(settled[1]).toMatchObject(unknown);
    expect(left).toHaveLength(1);
  });

  it.each([['<html>'], [undefined], [null], [{ responses: {} }]])(
    'that is none (%j) leaves every part unknown',
    async body => {
      const { ask, left } = graph(() => reply(200, body));
      for (const one of await ask(3)) expect(one).toMatchObject(unknown);
      expect(left).toHaveLength(1);
    },
  );

  it('that never comes leaves every part as unknown as it would be alone', async () => {
    for (const outcome of ['unknown', 'not-done'] as const) {
      const { ask, left } = graph(() => Promise.reject(new RemoteError('unavailable', 'lost', { outcome })));
      for (const one of await ask(3)) expect(one).toMatchObject({ reason: { kind: 'unavailable', outcome } });
      expect(left).toHaveLength(1);
    }
  });

  it.each([502, 503, 408, 401])(
    'that is an error (%d) as a whole is each part’s, and none is repeated',
    async status => {
      const { ask, left } = graph(() => reply(status, '<html>', '7'));
      for (const one of await ask(3)) expect(one).toMatchObject({ value: { status, retryAfter: '7' } });
      expect(left).toHaveLength(1);
    },
  );

  it('that is a 429 as a whole keeps back what waits', async () => {
    const { ask, left } = graph(() => reply(429, {}, '30'));
    expect(new Set(statuses(await ask(45)))).toEqual(new Set([429]));
    expect(left).toHaveLength(1);
  });

  it.each([400, 403, 404, 405, 413])(
    'that refuses batches (%d) lets each part go alone, now and from now on',
    async status => {
      const { ask, left, urls } = graph(
        () => reply(status),
        () => reply(200),
      );
      expect(statuses(await ask(3))).toEqual([200, 200, 200]);
      expect(urls()).toEqual(['/e0 /e1 /e2', '/e0', '/e1', '/e2']);
      await ask(2);
      expect(left.slice(4).map(({ path }) => path)).toEqual(['/e0', '/e1']);
    },
  );

  it('are not taken to be done where something on the way answers the whole with a success of its own', async () => {
    const { ask } = graph(() => reply(204, undefined));
    expect(statuses(await ask(3, { method: 'DELETE' }))).toEqual(['protocol', 'protocol', 'protocol']);
  });
});
