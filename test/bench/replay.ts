/** What a pass asks of a provider, held up on its way as a hosted server would, and the same asked again by nobody. */
import PQueue from 'p-queue';

export type Recorded = Readonly<{ url: string; method: string; headers: readonly [string, string][]; body: string }>;

/** Waits as long as the line to the server takes. */
async function wait(delayMs: number): Promise<void> {
  if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs));
}

/** @param recorded where each request is put down */
export function recordingFetch(recorded: Recorded[], delayMs: number): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = await request.clone().text();
    recorded.push({ url: request.url, method: request.method, headers: [...request.headers], body });
    await wait(delayMs);
    return await fetch(request);
  };
}

/**
 * Seconds that a bare HTTP client takes for the same again, so many at once. Preconditions are left out: what they
 * name has been written over. Inside a batch they stay, where the sandbox does not heed them.
 */
export async function replay(asked: readonly Recorded[], delayMs: number, concurrency: number): Promise<number> {
  const queue = new PQueue({ concurrency });
  const startedAt = performance.now();
  for (const { url, method, headers, body } of asked) {
    const kept = headers.filter(([name]) => name !== 'if-match');
    void queue.add(async () => {
      await wait(delayMs);
      const reply = await fetch(url, { method, headers: kept, ...(body === '' ? {} : { body }) });
      await reply.arrayBuffer();
    });
  }
  await queue.onIdle();
  return (performance.now() - startedAt) / 1000;
}
