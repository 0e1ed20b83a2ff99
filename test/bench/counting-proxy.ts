/**
 * A plain proxy before the server under measurement: counts requests and bytes of whoever goes through it, and can hold
 * each request up as a line to a hosted server would.
 */

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export type Traffic = Readonly<{ requests: number; bytes: number }>;

export type CountingProxy = Readonly<{
  url: string;
  /** Since the last call. */
  take(): Traffic;
  stop(): Promise<void>;
}>;

/** @param delayMs what every request waits before it is passed on */
export async function startCountingProxy(target: string, delayMs: number): Promise<CountingProxy> {
  let requests = 0;
  let bytes = 0;
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, outgoing) => {
    requests += 1;
    if (delayMs > 0) await wait(delayMs);
    const { method, headers, url: path } = incoming;
    const forward = request({ hostname, port, method, path, headers }, reply => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on('data', chunk => {
        bytes += chunk.length;
      });
      reply.pipe(outgoing);
    });
    forward.on('error', () => outgoing.destroy());
    incoming.on('data', chunk => {
      bytes += chunk.length;
    });
    incoming.pipe(forward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    take: () => {
      const taken = { requests, bytes };
      requests = 0;
      bytes = 0;
      return taken;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
