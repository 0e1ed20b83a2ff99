/** One full reconciliation to quiescence: every calendar once, then again whatever the others woke. */
import PQueue from 'p-queue';
import type { CalendarId } from '../model/ids.ts';
import type { RunResult, SyncParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import { emptyTally, type Tally } from './run.ts';

/** Edits taken from one calendar wake others; a chain longer than this is a loop, and is left to the daemon. */
const maxRounds = 8;

export type SyncReport = Readonly<
  Tally & {
    calendars: number;
    requests: number;
    failed: readonly Readonly<{ calendar: CalendarId; problem: string }>[];
    durationMs: number;
  }
>;

export type SyncOnceOptions = Readonly<{
  /** null: all of them. */
  only: CalendarId | null;
  concurrency: number;
  signal: AbortSignal;
  onProgress?(done: number, total: number): void;
}>;

/** Runs every calendar (or one) until none is woken any more. */
export async function syncOnce(parts: SyncParts, options: SyncOnceOptions): Promise<SyncReport> {
  const startedAt = parts.runtime.now();
  const rows = await parts.store.read(r => r.calendars.all());
  const all = rows.map(row => row.link.id).filter(id => options.only === null || id === options.only);
  const latest = new Map<CalendarId, RunResult>();
  const tally = emptyTally();
  let requests = 0;
  let round: readonly CalendarId[] = all;
  for (let turn = 0; turn < maxRounds && round.length > 0; turn += 1) {
    const results = await runAll(parts, round, options);
    for (const result of results) {
      latest.set(result.calendar, result);
      requests += result.requests;
      addTo(tally, result);
    }
    round = await wokenAmong(parts, all, latest);
  }
  const failed = [...latest.values()].flatMap(result =>
    result.state === 'done' ? [] : [{ calendar: result.calendar, problem: result.problem ?? waiting }],
  );
  const still = [...latest.values()].reduce((sum, result) => sum + result.unchanged, 0);
  const unchanged = Math.max(0, still - tally.created - tally.updated);
  const durationMs = parts.runtime.now() - startedAt;
  return { calendars: all.length, ...tally, unchanged, requests, failed, durationMs };
}

const waiting = 'another worker has this account, or it rests until its provider takes requests again';

async function runAll(parts: SyncParts, ids: readonly CalendarId[], options: SyncOnceOptions): Promise<RunResult[]> {
  const queue = new PQueue({ concurrency: options.concurrency });
  const byAccount = await groupByAccount(parts, ids);
  let done = 0;
  // Calendars of one account share its lease: they take turns, accounts go side by side.
  const results = await queue.addAll(
    byAccount.map(group => async () => {
      const own: RunResult[] = [];
      for (const id of group) {
        own.push(await reconcile(parts, id, options.signal));
        done += 1;
        options.onProgress?.(done, ids.length);
      }
      return own;
    }),
  );
  return results.flat();
}

async function groupByAccount(parts: SyncParts, ids: readonly CalendarId[]): Promise<readonly CalendarId[][]> {
  const rows = await parts.store.read(r => r.calendars.all());
  const accounts = new Map(rows.map(row => [row.link.id, row.link.account] as const));
  return [...Map.groupBy(ids, id => accounts.get(id)).values()];
}

async function wokenAmong(
  parts: SyncParts,
  all: readonly CalendarId[],
  latest: ReadonlyMap<CalendarId, RunResult>,
): Promise<readonly CalendarId[]> {
  const rows = await parts.store.read(r => r.calendars.all());
  return rows
    .filter(row => row.wakeSeq > row.doneSeq && latest.get(row.link.id)?.state === 'done')
    .map(row => row.link.id)
    .filter(id => all.includes(id));
}

/** `unchanged` is no sum over rounds: it is what stood still in each calendar's last run and was not written before. */
function addTo(tally: Tally, result: RunResult): void {
  for (const key of ['observed', 'created', 'updated', 'deleted', 'inbound', 'conflicts'] as const) {
    tally[key] += result[key];
  }
}
