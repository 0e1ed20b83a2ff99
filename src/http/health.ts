/** Whether the process lives (/healthz) and may be given work (/readyz). */
import type { FastifyInstance } from 'fastify';
import type { HttpOptions } from './options.ts';

const storePatienceMs = 2_000;

export function addHealth(app: FastifyInstance, options: HttpOptions): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = options.isReady() ? await storeTrouble(options) : 'starting';
    reply.header('cache-control', 'no-store');
    return reason === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
}

/** null: the store answers. */
async function storeTrouble({ store, runtime }: HttpOptions): Promise<string | null> {
  const answered = new AbortController();
  const late = runtime.sleep(storePatienceMs, answered.signal).then(() => 'the store is slow to answer');
  const asked = store
    .read(r => r.schedule.productions())
    .then(
      () => null,
      () => 'the store does not answer',
    );
  const trouble = await Promise.race([asked, late]);
  answered.abort();
  return trouble;
}
