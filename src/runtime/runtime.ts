/** The only doors to chance: clock, ids, randomness, sleep. The simulation replaces this whole object. */
import type { Logger as PinoLogger } from 'pino';
import type { Instant } from '../model/ids.ts';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

export interface Runtime {
  now(): Instant;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A fresh random id. */
  id(): string;
  /** In [0, 1). */
  random(): number;
  readonly log: Logger;
  /** A named place where the simulation may bias towards rare paths; does nothing in production. */
  bias(point: string): void;
}
