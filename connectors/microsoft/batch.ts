/** Many readings in one request: `$batch`, whose parts each have their own fate. reference section 13.2. */
import { RemoteError } from '../../src/sync/remote-error.ts';
import { type GraphClient, preferences } from './client.ts';
import { remoteErrorOf } from './errors.ts';
import { limits } from './limits.ts';
import { type BatchPart, readBatch } from './wire.ts';

/** One answer, in the place of its path; null: Graph had no time for it. */
export type Answers = Readonly<{
  parts: readonly (Readonly<{ status: number; body: unknown; retryAfter: string | null }> | null)[];
  /** Why some have no answer. */
  throttled: RemoteError | null;
}>;

/**
 * Reads these paths. Parts that are turned away without a word when to come back are asked again as long as others get
 * through; where Graph names a time, it is for the caller to wait.
 */
export async function readMany(client: GraphClient, paths: readonly string[], now: () => number): Promise<Answers> {
  const parts: Answers['parts'][number][] = paths.map(() => null);
  let throttled: RemoteError | null = null;
  let left = paths.map((_, at) => at);
  while (left.length > 0 && throttled === null) {
    const asked = left.slice(0, limits.batch);
    const answers = await askOnce(client, paths, asked, now);
    const again: number[] = [];
    for (const at of asked) {
      const part = answers.get(String(at));
      if (part === undefined) throw new RemoteError('protocol', 'a batch was answered without one of its parts');
      const retryAfter = headerOf(part, 'retry-after');
      if (part.status === 429) {
        again.push(at);
        if (retryAfter !== null)
          throttled = remoteErrorOf({ status: 429, body: part.body, retryAfter }, { on: 'item', now: now() });
      } else {
        parts[at] = { status: part.status, body: part.body, retryAfter };
      }
    }
    if (again.length === asked.length) {
      throttled ??= new RemoteError('throttled', 'too many requests for this mailbox', { detail: { status: 429 } });
    }
    left = [...again, ...left.slice(asked.length)];
  }
  return { parts, throttled };
}

async function askOnce(
  client: GraphClient,
  paths: readonly string[],
  asked: readonly number[],
  now: () => number,
): Promise<ReadonlyMap<string, BatchPart>> {
  const [only, second] = asked;
  if (only !== undefined && second === undefined) {
    const { status, body, retryAfter } = await client.request({ method: 'GET', path: paths[only] ?? '' });
    const headers: Record<string, string> = retryAfter === null ? {} : { 'retry-after': retryAfter };
    return new Map([[String(only), { id: String(only), status, headers, body }]]);
  }
  const requests = asked.map(at => ({
    id: String(at),
    method: 'GET',
    url: paths[at],
    headers: { Prefer: preferences },
  }));
  const places = limits.slots;
  const { status, body, retryAfter } = await client.request({
    method: 'POST',
    path: '/$batch',
    body: { requests },
    places,
  });
  if (status !== 200) throw remoteErrorOf({ status, body, retryAfter }, { on: 'calendar', now: now() });
  const responses = readBatch(body);
  if (responses === null) throw new RemoteError('protocol', 'the answer to a batch cannot be read');
  return new Map(responses.map(part => [part.id, part]));
}

function headerOf({ headers }: BatchPart, wanted: string): string | null {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null;
}
