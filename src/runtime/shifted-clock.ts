/** The same runtime on another day: for the demo, whose production lies at a fixed time of a fixed year. */
import type { Instant } from '../model/ids.ts';
import type { Runtime } from './runtime.ts';

/** Its clock shows `start` now and goes on at the usual pace. */
export function shiftedClock(runtime: Runtime, start: Instant): Runtime {
  const shiftMs = start - runtime.now();
  return { ...runtime, now: () => runtime.now() + shiftMs };
}
