/**
 * Who runs when. What is due is read from the store (wake_seq > done_seq, or next_at reached); everything else here,
 * timers and wakes alike, only says "look again". In-process: p-queue over one store.
 */
import PQueue from 'p-queue';
import type { AccountId, CalendarId, Instant } from '../model/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';

export interface Runner {
  /** Looks for due calendars now. */
  wake(): void;
  /** Runs until stopped. */
  start(): void;
  /** Resolves when nothing is running. */
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
  /** `busy`: somebody else has the account, or it rests; asked again a little later. */
  run(id: CalendarId, signal: AbortSignal): Promise<'done' | 'busy'>;
}>;

/** How long a calendar that was busy is left alone. */
const busyPauseMs = 5_000;

export function localRunner(options: RunnerOptions): Runner {
  const { store, runtime, concurrency } = options;
  const queue = new PQueue({ concurrency });
  const stopping = new AbortController();
  /** One run an account: its calendars share a lease, and taking turns here saves them from finding out. */
  const running = new Map<AccountId, CalendarId>();
  const paused = new Map<CalendarId, Instant>();
  let nudge = new AbortController();
  let loop: Promise<void> | null = null;

  const runOne = async (account: AccountId, id: CalendarId) => {
    try {
      const state = await options.run(id, stopping.signal);
      if (state === 'busy') paused.set(id, runtime.now() + busyPauseMs);
    } catch (error) {
      runtime.log.error({ calendar: id, err: error }, 'a run failed by a defect');
      paused.set(id, runtime.now() + busyPauseMs);
    } finally {
      running.delete(account);
      nudge.abort();
    }
  };

  const startDue = async () => {
    const free = concurrency - running.size;
    if (free <= 0) return;
    const now = runtime.now();
    for (const [id, until] of paused) if (until <= now) paused.delete(id);
    const rows = await store.read(r => r.calendars.due(now, running.size + paused.size + concurrency * 8));
    for (const { link } of rows) {
      if (running.size >= concurrency) return;
      if (running.has(link.account) || paused.has(link.id)) continue;
      running.set(link.account, link.id);
      void queue.add(() => runOne(link.account, link.id));
    }
  };

  const cycle = async () => {
    while (!stopping.signal.aborted) {
      nudge = new AbortController();
      try {
        await startDue();
      } catch (error) {
        runtime.log.error({ err: error }, 'looking for due calendars failed');
      }
      if (!stopping.signal.aborted) await runtime.sleep(options.pollMs, nudge.signal);
    }
  };

  return {
    wake: () => nudge.abort(),
    start: () => {
      loop ??= cycle();
    },
    idle: () => queue.onIdle(),
    stop: async () => {
      stopping.abort();
      nudge.abort();
      await loop;
      await queue.onIdle();
    },
  };
}
