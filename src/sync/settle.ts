/**
 * What an observation says about our own writes. An attempt whose reply never came is settled by what is seen, never
 * by hope; a write that was confirmed without showing its effect is taken as shown. Pure.
 */
import type { Attempt, Base, Copy, Present } from '../model/copy.ts';
import type { Fields } from '../model/face.ts';
import type { AttemptId, Instant } from '../model/ids.ts';
import type { Capabilities } from './connector.ts';
import { canonFace } from './merge.ts';
import { allUnits, sameUnit, type Unit, unitsOf, unitValue, withUnits } from './units.ts';

/** After this long no request of ours can still be under way. design.md section 5.2. */
export const attemptLifeMs = 24 * 60 * 60 * 1000;

export type Settled = Readonly<{ copy: Copy; done: readonly AttemptId[]; expired: readonly AttemptId[] }>;

/**
 * @param attempts the open attempts of this copy, oldest first
 * @param observed its item, or null where it is not there
 * @param can what keeps a write that comes late from having its effect a second time: a precondition, or for a create
 * an id that is never free again. Where nothing does, the attempt stays open also when its effect is seen
 */
export function settleCopy(
  copy: Copy,
  observed: Present | null,
  attempts: readonly Attempt[],
  canon: (fields: Fields) => Fields,
  now: Instant,
  can: Pick<Capabilities, 'conditional' | 'idsReusable'> = { conditional: true, idsReusable: false },
): Settled {
  const expired = expiredOf(attempts, now);
  const done: AttemptId[] = [];
  if (observed === null) return { copy, done, expired };
  let base = copy.base && takeGuesses(copy.base, observed);
  for (const attempt of attempts) {
    if (attempt.verb === 'remove') continue;
    if (base === null && attempt.verb === 'create') base = baseOfCreate(attempt, observed, canon);
    if (base === null) continue;
    const landed = landAttempt(base, attempt, observed, canon);
    base = landed.base;
    const isSpent = attempt.verb === 'create' ? !can.idsReusable : can.conditional;
    if (landed.all && isSpent) done.push(attempt.id);
  }
  return {
    copy: base === null ? copy : placedCopy(copy, base, observed.remoteId),
    done,
    expired: expired.filter(id => !done.includes(id)),
  };
}

/** Its item is gone. Where a removal of ours has no answer yet, it was that: nobody deleted anything. */
export function settleRemoval(copy: Copy, attempts: readonly Attempt[], now: Instant): Settled {
  const done = attempts.filter(attempt => attempt.verb === 'remove').map(attempt => attempt.id);
  const expired = expiredOf(attempts, now).filter(id => !done.includes(id));
  if (done.length === 0) return { copy, done, expired };
  return { copy: { ...copy, state: 'removed', base: null, declined: [], remoteId: null }, done, expired };
}

function expiredOf(attempts: readonly Attempt[], now: Instant): AttemptId[] {
  return attempts.filter(attempt => now - attempt.startedAt > attemptLifeMs).map(attempt => attempt.id);
}

/** The copy in its place; itself where that is nothing new, so that it need not be stored. */
function placedCopy(copy: Copy, base: Base, remoteId: Copy['remoteId']): Copy {
  const state = placedState(copy);
  const same = state === copy.state && base === copy.base && remoteId === copy.remoteId;
  return same ? copy : { ...copy, state, base, remoteId };
}

/** A copy under removal stays so; any other that has its item is placed. */
function placedState(copy: Copy): Copy['state'] {
  return copy.state === 'wanted' || copy.state === 'hidden' ? 'placed' : copy.state;
}

function takeGuesses(base: Base, observed: Present): Base {
  if (base.guessed.length === 0) return base;
  if (base.tag === null || observed.tag !== base.tag) return { ...base, guessed: [] };
  const seen = unitsOf(observed.face);
  const shown = new Map((base.guessed as readonly Unit[]).map(unit => [unit, unitValue(seen, unit)] as const));
  return { ...base, seen: withUnits(base.seen, shown), guessed: [] };
}

function baseOfCreate(attempt: Attempt, observed: Present, canon: (fields: Fields) => Fields): Base | null {
  const { when, title, place, notes, url, busy, series } = attempt.fields;
  if (when === undefined || title === undefined || place === undefined || notes === undefined) return null;
  if (url === undefined || busy === undefined || series === undefined) return null;
  const sent = { when, title, place, notes, url, busy, series };
  const eventVersion = observed.marker?.version ?? 0;
  return { sent, seen: canonFace(sent, canon), tag: observed.tag, eventVersion, guessed: [] };
}

function landAttempt(
  base: Base,
  attempt: Attempt,
  observed: Present,
  canon: (fields: Fields) => Fields,
): Readonly<{ base: Base; all: boolean }> {
  const sent = unitsOf(attempt.fields);
  const canonical = unitsOf(canon(attempt.fields));
  const seen = unitsOf(observed.face);
  // A create says something of every date: of those that it does not name, that they are as the series.
  const own = attempt.verb === 'create' ? allUnits(sent, unitsOf(base.seen)) : (attempt.units as readonly Unit[]);
  const landed = own.filter(unit => sameUnit(unit, unitValue(canonical, unit), unitValue(seen, unit)));
  // What the item showed before this attempt is no sign of it.
  const shown = unitsOf(base.seen);
  const moved = landed.filter(unit => !sameUnit(unit, unitValue(shown, unit), unitValue(seen, unit)));
  const pick = (from: ReturnType<typeof unitsOf>) => new Map(moved.map(unit => [unit, unitValue(from, unit)] as const));
  const after = { ...base, sent: withUnits(base.sent, pick(sent)), seen: withUnits(base.seen, pick(seen)) };
  return {
    base: moved.length > 0 ? after : base,
    all: landed.length === own.length,
  };
}
