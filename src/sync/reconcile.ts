/**
 * One run of one calendar, from lease to release: observe, settle, project, plan, brake, record, write, look. It works
 * from what is stored and what is observed alone; killed anywhere and run again it ends in the same place.
 */
import type { CalendarRow, CalendarState, Lease } from '../model/calendar.ts';
import type { CalendarId, Instant } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Range } from '../model/when.ts';
import { LeaseLostError } from '../store/store.ts';
import { applyRemote } from './apply.ts';
import { type CalendarPlan, isChurnHeld, planCalendar } from './calendar-plan.ts';
import { countedDoor } from './door.ts';
import { observeCalendar, refreshBusy, storeItems } from './observe.ts';
import type { RunResult, SyncParts } from './parts.ts';
import { localDay, projectCalendar, windowAt } from './project.ts';
import { recordLocal } from './record.ts';
import { RemoteError } from './remote-error.ts';
import { emptyTally, leaseMs, type Run } from './run.ts';
import { countMissed, keepWatch } from './watch.ts';

/** Plans that must be made anew because the world moved under them; more than this waits for the next wake. */
const maxRounds = 6;
/** Above this many writes one more listing is cheaper than looking at each item. */
const lookLimit = 100;

/** Brings one calendar into step. Never throws for what a provider does: that is in the result. */
export async function reconcile(parts: SyncParts, id: CalendarId, signal: AbortSignal): Promise<RunResult> {
  const { store } = parts;
  const row = await store.read(r => r.calendars.get(id));
  if (row === null) return result(id, 'failed', 'there is no such calendar');
  if (row.state === 'halted') return result(id, 'halted', row.problem);
  const lease = await takeLease(parts, row);
  if (lease === null) return result(id, 'busy', null);
  try {
    // Whoever held the lease before may have halted it since it was read.
    const current = await store.read(r => r.calendars.get(id));
    if (current === null) return result(id, 'failed', 'there is no such calendar');
    if (current.state === 'halted') return result(id, 'halted', current.problem);
    return await runLeased(parts, current, lease, signal);
  } finally {
    await store.write(r => r.calendars.releaseLease(lease));
  }
}

async function takeLease(parts: SyncParts, { link }: CalendarRow): Promise<Lease | null> {
  const now = parts.runtime.now();
  return await parts.store.write(async r => {
    const account = await r.calendars.account(link.account);
    if (account?.gateUntil != null && account.gateUntil > now) return null;
    return await r.calendars.takeLease(link.account, parts.owner, now, now + leaseMs);
  });
}

async function runLeased(parts: SyncParts, row: CalendarRow, lease: Lease, signal: AbortSignal): Promise<RunResult> {
  const { store, runtime } = parts;
  const tally = emptyTally();
  const startedAt = runtime.now();
  let requests = () => 0;
  let problem: unknown = null;
  let halted = false;
  try {
    const snapshot = await store.read(r => r.schedule.snapshot(row.link.production));
    const log = runtime.log.child({ calendar: row.link.id });
    const secret = await parts.secret(row.link.account);
    const { zone } = snapshot;
    const keepSecret = (changed: string) => parts.keepSecret(row.link.account, changed);
    const counted = countedDoor({ fetch: parts.fetch, secret, keepSecret, now: runtime.now, zone, log, signal });
    requests = counted.requests;
    await using session = await parts.connector(row.link.provider).open(row.link, counted.door);
    halted = await runSession({ parts, row, lease, session, tally });
  } catch (error) {
    if (error instanceof LeaseLostError) return result(row.link.id, 'busy', null);
    problem = error;
  }
  const outcome = problem === null ? null : describeProblem(problem);
  if (outcome?.state === 'fault')
    runtime.log.error({ calendar: row.link.id, err: problem }, 'a run failed by a defect');
  await finishRun(parts, row, outcome, halted, problem);
  await store.write(r =>
    r.calendars.addRun({
      id: runtime.id(),
      calendar: row.link.id,
      startedAt,
      endedAt: runtime.now(),
      requests: requests(),
      created: tally.created,
      updated: tally.updated,
      deleted: tally.deleted,
      inbound: tally.inbound,
      problem: outcome?.problem ?? null,
    }),
  );
  const state = halted ? 'halted' : outcome === null ? 'done' : 'failed';
  return { ...result(row.link.id, state, outcome?.problem ?? null), ...tally, requests: requests() };
}

/** Returns whether a brake halted the calendar. */
async function runSession(run: Run): Promise<boolean> {
  const { store, runtime, settings } = run.parts;
  await keepWatch(run);
  let observe = true;
  let quiet = false;
  for (let round = 0; round < maxRounds && !quiet; round += 1) {
    const snapshot = await store.read(r => r.schedule.snapshot(run.row.link.production));
    const window = windowAt(runtime.now(), settings.pastDays, settings.futureDays);
    const planFrom = `${snapshot.revision}/${localDay(snapshot, runtime.now())}`;
    const news = observe && (await observeCalendar(run, snapshot, window));
    if (round === 0) await countMissed(run, news);
    if (round === 0 && !news && isAtRest(run.row, planFrom)) return false;
    observe = false;
    const plan = await planNow(run, snapshot, window);
    if (plan.unsighted.length > 0) {
      // Nothing is decided, by the brakes least of all, before everything was looked at.
      observe = await lookAt(run, plan.unsighted, snapshot, window);
      continue;
    }
    runtime.bias('before-local');
    const recorded = await recordLocal(run, plan, snapshot);
    if (plan.brake?.kind === 'halt') return true;
    const applied = await applyRemote(run, recorded.plan);
    observe = applied.again || applied.unlooked.length > lookLimit;
    if (applied.unlooked.length > 0 && applied.unlooked.length <= lookLimit) {
      observe = (await lookAt(run, applied.unlooked, snapshot, window)) || observe;
    }
    quiet = applied.writes === 0 && !recorded.edited;
    // A copy that rests because it was written too often is planned again at every poll, until its hour is over.
    if (quiet) await recordRest(run, plan.planned.some(isChurnHeld) ? null : planFrom, window);
  }
  return false;
}

/** Nothing was new, nothing is open, and the last plan was made from the same schedule on the same day. */
function isAtRest(row: CalendarRow, planFrom: string): boolean {
  return row.plannedFrom === planFrom && row.wakeSeq === row.doneSeq && row.failures === 0 && !row.released;
}

async function planNow(run: Run, snapshot: ScheduleSnapshot, window: Range): Promise<CalendarPlan> {
  const { link } = run.row;
  const { store, runtime, settings } = run.parts;
  const [sights, copies, attempts] = await store.read(
    async r =>
      [await r.copies.sights(link.id), await r.copies.copies(link.id), await r.copies.openAttempts(link.id)] as const,
  );
  return planCalendar({
    link,
    snapshot,
    projection: projectCalendar(snapshot, link, window),
    copies,
    sights: sights.map(sight => sight.observed),
    attempts,
    canon: fields => run.session.canon(fields),
    can: run.session.can,
    rights: settings.rights,
    released: run.row.released,
    removed: run.tally.deleted,
    now: runtime.now(),
  });
}

/** Returns whether one is gone: then others may be, and the whole calendar is read before anything is decided. */
async function lookAt(
  run: Run,
  items: Parameters<Run['session']['look']>[0],
  snapshot: ScheduleSnapshot,
  window: Range,
): Promise<boolean> {
  const seen = await run.session.look(items);
  await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease);
    const row = await r.calendars.get(run.row.link.id);
    await storeItems(run, r, seen, [], snapshot, window, row?.snapshotId ?? null);
  });
  return seen.some(item => item.kind === 'gone');
}

async function recordRest(run: Run, plannedFrom: string | null, window: Range): Promise<void> {
  await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease);
    if (run.row.plannedFrom !== plannedFrom) await refreshBusy(run, r, window);
    await r.calendars.patch(run.row.link.id, { plannedFrom, released: false });
  });
}

type Problem = Readonly<{ state: CalendarState; problem: string; retryAt: Instant | null }>;

function describeProblem(error: unknown): Problem {
  if (!(error instanceof RemoteError)) {
    return { state: 'fault', problem: 'a defect in callboard stopped this run; see the log', retryAt: null };
  }
  const state = error.kind === 'reconnect' ? 'needs-consent' : 'unread';
  return { state, problem: error.message, retryAt: error.retryAt };
}

/**
 * done_seq becomes what was noted at the start: a wake that came meanwhile makes another run. So it does after a
 * failure, or the back-off would be no pause; what is undone is found again by the next run at next_at.
 */
async function finishRun(
  parts: SyncParts,
  row: CalendarRow,
  outcome: Problem | null,
  halted: boolean,
  error: unknown,
): Promise<void> {
  const { store, runtime, settings } = parts;
  const now = runtime.now();
  const failures = outcome === null ? 0 : row.failures + 1;
  const wait = outcome === null ? settings.intervalMs : backOffMs(failures, runtime.random());
  const nextAt = Math.max(now + wait, outcome?.retryAt ?? 0);
  await store.write(async r => {
    if (error instanceof RemoteError && error.kind === 'throttled') await r.calendars.gate(row.link.account, nextAt);
    const current = await r.calendars.get(row.link.id);
    if (current === null) return;
    // Somebody may have released it since the brake was recorded.
    const brake = halted ? await r.findings.byKey(row.link.production, `brake/${row.link.id}`) : null;
    const isHalted = brake?.state === 'open';
    // Woken meanwhile: it may be that somebody has just signed in again, so one more try decides.
    const isDoubtful = outcome?.state === 'needs-consent' && current.wakeSeq > row.wakeSeq;
    const state = isDoubtful ? 'unread' : (outcome?.state ?? 'ok');
    await r.calendars.patch(row.link.id, {
      state: isHalted ? 'halted' : state,
      problem: isHalted ? brake.title : (outcome?.problem ?? null),
      doneSeq: row.wakeSeq,
      lastSyncAt: outcome === null ? now : current.lastSyncAt,
      nextAt,
      failures,
    });
  });
}

/** 15 s doubling to an hour, half of it by chance, so that a returning provider is not met by everybody at once. */
function backOffMs(failures: number, random: number): number {
  const full = Math.min(15_000 * 2 ** (failures - 1), 60 * 60 * 1000);
  return Math.round(full * (0.5 + random / 2));
}

function result(calendar: CalendarId, state: RunResult['state'], problem: string | null): RunResult {
  return { calendar, state, ...emptyTally(), requests: 0, problem };
}
