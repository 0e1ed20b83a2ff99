/** The real runtime: the machine's clock, randomness and timers. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger, Runtime } from './runtime.ts';

export function systemRuntime(log: Logger): Runtime {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      await wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
    id: () => randomUUID(),
    random: () => Math.random(),
    log,
    bias: () => undefined,
  };
}
