/**
 * Who runs when. What is due is read from the store (wake_seq > done_seq, or next_at reached); everything else here,
 * timers and wakes alike, only says "look again". In-process: p-queue over one store.
 */
import PQueue from 'p-queue';
import type { CalendarId } from '../model/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';

export interface Runner {
  /** Looks for due calendars now. */
  wake(): void;
  /** Runs until stopped. */
  start(): void;
  /** Resolves when nothing is running and nothing is due. */
  idle(): Promise<void>;
  /** Lets running work end, takes no more. */
  stop(): Promise<void>;
}

export type RunnerOptions = Readonly<{
  store: Store;
  runtime: Runtime;
  /** Calendars reconciled at once. */
  concurrency: number;
  /** How long to wait at most before looking for due calendars again. */
  pollMs: number;
  run(id: CalendarId, signal: AbortSignal): Promise<unknown>;
  /** Called after every look for due work, e.g. to send mail that has become due. */
  tick?(signal: AbortSignal): Promise<void>;
}>;

export function localRunner(options: RunnerOptions): Runner {
  const { store, runtime } = options;
  const queue = new PQueue({ concurrency: options.concurrency });
  const stopping = new AbortController();
  const running = new Set<CalendarId>();
  let nudge = new AbortController();
  let loop: Promise<void> | null = null;

  const runOne = async (id: CalendarId) => {
    try {
      await options.run(id, stopping.signal);
    } catch (error) {
      runtime.log.error({ calendar: id, err: error }, 'a run failed by a defect');
    } finally {
      running.delete(id);
    }
  };

  const startDue = async (): Promise<number> => {
    const due = await store.read(r => r.calendars.due(runtime.now(), options.concurrency * 4));
    const fresh = due.filter(id => !running.has(id));
    for (const id of fresh) {
      running.add(id);
      void queue.add(() => runOne(id));
    }
    return fresh.length;
  };

  const turn = async () => {
    try {
      const started = await startDue();
      await options.tick?.(stopping.signal);
      if (started > 0) await queue.onIdle();
    } catch (error) {
      runtime.log.error({ err: error }, 'looking for due work failed');
    }
  };

  const cycle = async () => {
    while (!stopping.signal.aborted) {
      await turn();
      if (stopping.signal.aborted) return;
      await runtime.sleep(options.pollMs, nudge.signal);
      nudge = new AbortController();
    }
  };

  return {
    wake: () => nudge.abort(),
    start: () => {
      loop ??= cycle();
    },
    idle: async () => {
      do await queue.onIdle();
      while ((await startDue()) > 0);
    },
    stop: async () => {
      stopping.abort();
      nudge.abort();
      await loop;
      await queue.onIdle();
    },
  };
}
