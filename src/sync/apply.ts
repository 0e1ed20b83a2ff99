/**
 * The remote half of a run: every write is journalled before it leaves and recorded from its reply. Writes go out in
 * chunks, so that a thousand copies cost a few dozen transactions; a chunk cut off anywhere leaves open attempts, which
 * the next observation settles.
 */
import PQueue from 'p-queue';
import type { Attempt, Base, Copy } from '../model/copy.ts';
import type { Face, Fields } from '../model/face.ts';
import type { AttemptId, Instant, RemoteId } from '../model/ids.ts';
import type { Repositories } from '../store/store.ts';
import { type CalendarPlan, newCopy, type PlannedCopy } from './calendar-plan.ts';
import { canonFace } from './merge.ts';
import type { Step } from './plan.ts';
import { faceHash } from './project.ts';
import { freeRefused } from './refused.ts';
import { RemoteError } from './remote-error.ts';
import { leaseMs, type Run } from './run.ts';
import { allUnits, unitsOf, unitValue, withUnits } from './units.ts';
import { type Job, type Outcome, performJob } from './write-job.ts';

const chunkSize = 64;

export type Applied = Readonly<{
  /** Items written whose reply did not show them. */
  unlooked: readonly RemoteId[];
  /** Something there is not as we thought: observe before planning again. */
  again: boolean;
  writes: number;
}>;

/** Carries out the remote steps of a plan. Throws RemoteError after recording what was done, when it cannot go on. */
export async function applyRemote(run: Run, plan: CalendarPlan): Promise<Applied> {
  const jobs = [...jobsOfStrays(plan), ...plan.planned.flatMap(planned => jobsOfCopy(run, planned))];
  const unlooked: RemoteId[] = [];
  let again = false;
  for (let at = 0; at < jobs.length; at += chunkSize) {
    const chunk = jobs.slice(at, at + chunkSize);
    await journal(run, chunk);
    run.parts.runtime.bias('after-journal');
    const { outcomes, stop } = await perform(run, chunk);
    run.parts.runtime.bias('before-record');
    await recordOutcomes(run, outcomes);
    for (const outcome of outcomes) {
      if (outcome.kind === 'found' || outcome.kind === 'again') again = true;
      if (outcome.kind === 'written' && !isShown(outcome)) unlooked.push(outcome.written.remoteId);
    }
    if (stop !== null) throw stop;
  }
  return { unlooked, again, writes: jobs.length };
}

/** Whether the reply tells all. An item that is no longer ours is looked at as everybody else's are: times only. */
function isShown({ job, written }: Written): boolean {
  return written.observed !== null && job.kind !== 'unmark';
}

function jobsOfStrays(plan: CalendarPlan): Job[] {
  return plan.strays.flatMap(({ item, do: what }) => {
    if (what !== 'remove' && what !== 'unmark') return [];
    const ref = { remoteId: item.remoteId, tag: item.tag, native: item.native };
    return [{ kind: what, ref, copy: null, attempt: null } satisfies Job];
  });
}

function jobsOfCopy(run: Run, planned: PlannedCopy): Job[] {
  return planned.plan.steps.flatMap(step => {
    const job = jobOf(run, planned, step);
    return job === null ? [] : [job];
  });
}

function jobOf(run: Run, planned: PlannedCopy, step: Step): Job | null {
  const { copy, wanted, observed } = planned;
  const native = observed?.kind === 'present' ? observed.native : null;
  if (step.do === 'create' && wanted) {
    const made = createdCopy(run, planned, step.anew);
    const marker = { key: made.key, version: wanted.event.published?.version ?? wanted.event.version };
    const creation = { marker, uid: wanted.event.uid, face: step.face, status: wanted.status };
    const units = allUnits(unitsOf(step.face));
    return { kind: 'create', creation, copy: made, attempt: newAttempt(run, made, 'create', step.face, units) };
  }
  if (step.do === 'update' && copy && wanted) {
    const marker = { key: copy.key, version: wanted.event.published?.version ?? wanted.event.version };
    const change = { marker, fields: step.fields, status: wanted.status };
    const ref = { remoteId: step.remoteId, tag: step.tag, native };
    const attempt = newAttempt(run, copy, 'update', ownFields(step), step.units);
    return { kind: 'update', ref, change, step, copy, attempt };
  }
  if (step.do === 'remove' && copy) {
    const ref = { remoteId: step.remoteId, tag: step.tag, native };
    return { kind: 'remove', ref, copy, attempt: newAttempt(run, copy, 'remove', {}, []) };
  }
  return null;
}

/** What is sent, less what a person typed and that only comes along: to see that again is no sign of our write. */
function ownFields({ fields, units, sent, seen }: Extract<Step, { do: 'update' }>): Fields {
  const own = withUnits(seen, new Map(units.map(unit => [unit, unitValue(unitsOf(sent), unit)] as const)));
  return Object.fromEntries(Object.entries(own).filter(([field]) => field in fields));
}

function createdCopy(run: Run, { copy, event }: PlannedCopy, anew: boolean): Copy {
  if (copy === null) return newCopy(run.row.link, event, 0);
  const generation = anew ? copy.generation + 1 : copy.generation;
  return { ...newCopy(run.row.link, event, generation), writes: copy.writes };
}

function newAttempt(
  run: Run,
  copy: Copy,
  verb: Attempt['verb'],
  fields: Attempt['fields'],
  units: readonly string[],
): Attempt {
  const { runtime } = run.parts;
  const id = runtime.id() as AttemptId;
  return {
    id,
    calendarId: copy.calendarId,
    key: copy.key,
    verb,
    fields,
    units,
    startedAt: runtime.now(),
    outcome: 'open',
  };
}

async function journal(run: Run, chunk: readonly Job[]): Promise<void> {
  await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease, run.parts.runtime.now() + leaseMs);
    await r.copies.putCopies(chunk.flatMap(job => (job.kind === 'create' ? [job.copy] : [])));
    await r.copies.addAttempts(chunk.flatMap(job => (job.attempt === null ? [] : [job.attempt])));
  });
}

async function perform(
  run: Run,
  chunk: readonly Job[],
): Promise<Readonly<{ outcomes: readonly Outcome[]; stop: unknown }>> {
  const queue = new PQueue({ concurrency: run.session.can.parallel });
  let stop: unknown = null;
  const outcomes = await queue.addAll(
    chunk.map(job => async (): Promise<Outcome> => {
      if (stop !== null) return { kind: 'unsent', job };
      const outcome = await performJob(run.session, job);
      run.parts.runtime.bias('after-remote-write');
      if (outcome.kind === 'stopped') stop ??= outcome.error;
      return outcome;
    }),
  );
  return { outcomes, stop };
}

async function recordOutcomes(run: Run, outcomes: readonly Outcome[]): Promise<void> {
  await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease);
    for (const outcome of outcomes) await recordOutcome(run, r, outcome);
    if (outcomes.some(isSwept)) await freeRefused(r, run.row.link.id);
  });
}

const isSwept = ({ kind, job }: Outcome) => kind === 'removed' && job.copy === null;

async function recordOutcome(run: Run, r: Repositories, outcome: Outcome): Promise<void> {
  const { job } = outcome;
  const close = async (as: 'done' | 'refused') => {
    if (job.attempt) await r.copies.closeAttempts([job.attempt.id], as);
  };
  switch (outcome.kind) {
    case 'written':
      await close('done');
      if (outcome.written.observed && isShown(outcome)) await putSight(run, r, outcome.written.observed);
      // What was seen before is not what stands there now, and a list of changes may be late to say so.
      else await r.copies.forget(run.row.link.id, [outcome.written.remoteId]);
      if (job.kind === 'create' || job.kind === 'update') await r.copies.putCopies([placedCopy(run, job, outcome)]);
      run.tally[job.kind === 'create' ? 'created' : 'updated'] += 1;
      return;
    case 'removed':
      await close('done');
      await r.copies.forget(run.row.link.id, [outcome.remoteId]);
      if (job.copy)
        await r.copies.putCopies([{ ...job.copy, state: 'removed', base: null, declined: [], remoteId: null }]);
      run.tally.deleted += 1;
      return;
    case 'found':
      // The attempt stays open: settling takes it, or an earlier one, as what made the item.
      await putSight(run, r, outcome.observed);
      if (job.copy) await r.copies.putCopies([{ ...job.copy, remoteId: outcome.observed.remoteId }]);
      return;
    case 'taken':
      await close('refused');
      if (job.copy) await r.copies.putCopies([nextGeneration(run, job.copy)]);
      return;
    case 'stuck':
      await close('refused');
      if (job.copy) await r.copies.putCopies([stuckCopy(job, job.copy, outcome.error, run.parts.runtime.now())]);
      return;
    case 'again':
      await close('refused');
      if (outcome.gone) await putSight(run, r, { kind: 'gone', remoteId: outcome.gone });
      return;
    case 'unsent':
      await close('refused');
      return;
    case 'stopped':
      if (outcome.error instanceof RemoteError && outcome.error.outcome === 'not-done') await close('refused');
      return;
  }
}

async function putSight(
  run: Run,
  r: Repositories,
  observed: Parameters<Repositories['copies']['putSights']>[1][number],
) {
  const row = await r.calendars.get(run.row.link.id);
  await r.copies.putSights(run.row.link.id, [observed], [], row?.snapshotId ?? null, run.parts.runtime.now());
}

type Written = Extract<Outcome, { kind: 'written' }>;

/** Base moves last: from what the provider confirmed, or from what it will show, marked as a guess until looked at. */
function placedCopy(run: Run, job: Extract<Job, { kind: 'create' | 'update' }>, { written }: Written): Copy {
  const now = run.parts.runtime.now();
  const writes = counted(job.copy.writes, now);
  const { sent, seen } =
    job.kind === 'create'
      ? { sent: job.creation.face, seen: canonFace(job.creation.face, fields => run.session.canon(fields)) }
      : agreedAfter(job.copy.base, job.step);
  const marker = job.kind === 'create' ? job.creation.marker : job.change.marker;
  const base = {
    sent,
    seen,
    tag: written.tag,
    eventVersion: marker.version,
    guessed: job.attempt.units,
  };
  const placed = { ...job.copy, state: 'placed' as const, remoteId: written.remoteId, base, writes };
  return { ...placed, problem: null, stuckOn: null, declined: [] };
}

const counted = (writes: Copy['writes'], now: Instant) => [...writes, now].slice(-11);

/** The units that were written, upon the agreement as it was recorded before. */
function agreedAfter(base: Base | null, { units, sent, seen }: Extract<Step, { do: 'update' }>) {
  if (base === null) return { sent, seen };
  const written = (from: Face) => new Map(units.map(unit => [unit, unitValue(unitsOf(from), unit)] as const));
  return { sent: withUnits(base.sent, written(sent)), seen: withUnits(base.seen, written(seen)) };
}

function nextGeneration(run: Run, copy: Copy): Copy {
  return { ...newCopy(run.row.link, copy.eventId, copy.generation + 1), writes: copy.writes };
}

/** A refused create counts as a write: it is tried again whenever something goes, and no more often than others. */
function stuckCopy(job: Job, copy: Copy, error: RemoteError, now: Instant): Copy {
  const face = job.kind === 'create' ? job.creation.face : job.kind === 'update' ? job.step.sent : null;
  const writes = job.kind === 'create' ? counted(copy.writes, now) : copy.writes;
  return { ...copy, state: 'stuck', problem: error.message, stuckOn: face && faceHash(face), writes };
}
