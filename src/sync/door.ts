/** The way out for one run: every request is counted and ends with the run. No retries here or below. */
import type { Instant } from '../model/ids.ts';
import type { ZoneName } from '../model/when.ts';
import type { Logger } from '../runtime/runtime.ts';
import type { ConnectorDoor } from './connector.ts';

export type CountedDoor = Readonly<{ door: ConnectorDoor; requests(): number }>;

export function countedDoor(
  options: Readonly<{
    fetch: typeof fetch;
    secret: string | null;
    keepSecret(secret: string): Promise<void>;
    now(): Instant;
    zone: ZoneName;
    log: Logger;
    signal: AbortSignal;
  }>,
): CountedDoor {
  let requests = 0;
  const counted: typeof fetch = (input, init) => {
    requests += 1;
    return options.fetch(input, init);
  };
  return { door: { ...options, fetch: counted }, requests: () => requests };
}
