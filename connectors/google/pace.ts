/**
 * How fast we may ask: Google counts the requests of a project and of each person in it by the minute, and a patch
 * three times (reference section 16). Waiting here costs less than being refused.
 */
import PQueue from 'p-queue';
import { limits } from './limits.ts';

type Queues = Readonly<{ patches: PQueue; others: PQueue }>;

export class Pace {
  readonly #project = queueOf(limits.pace.project);
  readonly #people = new Map<string, Queues>();

  /** The same `fetch`, which begins when this person's and the project's shares allow it. */
  fetchFor(user: string, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    const own = this.#people.get(user) ?? {
      patches: queueOf(limits.pace.patches),
      others: queueOf(limits.pace.others),
    };
    this.#people.set(user, own);
    return (input, init) => {
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
      const queue = method === 'PATCH' ? own.patches : own.others;
      return queue.add(() => this.#project.add(() => fetch(input, timed(init))));
    };
  }
}

/** The time that Google has for its answer counts from the request, not from the wish for it. */
function timed(init: RequestInit = {}): RequestInit {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  return { ...init, signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout };
}

/** So many may begin in each window; how many are under way at once is bounded elsewhere. */
function queueOf(intervalCap: number): PQueue {
  return new PQueue({ intervalCap, interval: limits.pace.windowMs });
}
