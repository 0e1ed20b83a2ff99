/** The plan of one calendar: settle what is known, judge stray items, plan each copy, apply the brakes. Pure. */
import type { CalendarLink } from '../model/calendar.ts';
import type { Attempt, Copy, Observed, Present } from '../model/copy.ts';
import type { Field, Fields } from '../model/face.ts';
import { copyKey } from '../model/identity.ts';
import type { AttemptId, CopyKey, EventId, Instant, RemoteId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { sameWhen } from '../model/when.ts';
import type { Capabilities } from './connector.ts';
import { applyBrakes, type Brake, isChurning } from './guard.ts';
import { type CopyPlan, type PlanInput, planCopy, type Step } from './plan.ts';
import { faceHash, type Projection, type WantedCopy } from './project.ts';
import { policyFor, type Rights } from './rights.ts';
import { type Settled, settleCopy, settleRemoval } from './settle.ts';
import { judgeStrays, keysOf, type Stray } from './stray.ts';
import { allUnits, fieldOf, sameUnit, unitsOf, unitValue } from './units.ts';

export type CalendarPlanInput = Readonly<{
  link: CalendarLink;
  snapshot: ScheduleSnapshot;
  projection: Projection;
  copies: readonly Copy[];
  sights: readonly Observed[];
  /** Open attempts, oldest first. */
  attempts: readonly Attempt[];
  canon(fields: Fields): Fields;
  can: Capabilities;
  rights: Rights;
  released: boolean;
  /** Items taken away earlier in this run. */
  removed?: number;
  now: Instant;
}>;

export type PlannedCopy = Readonly<{
  event: EventId;
  /** As settled; null: none yet. */
  copy: Copy | null;
  observed: Observed | null;
  wanted: WantedCopy | null;
  plan: CopyPlan;
}>;

export type CalendarPlan = Readonly<{
  planned: readonly PlannedCopy[];
  strays: readonly Stray[];
  /** Copies that settling or adopting changed: to be stored before anything is written. */
  settled: readonly Copy[];
  done: readonly AttemptId[];
  expired: readonly AttemptId[];
  /** Copies in place whose item was never seen: to be looked at. */
  unsighted: readonly RemoteId[];
  brake: Brake | null;
}>;

export function planCalendar(input: CalendarPlanInput): CalendarPlan {
  const { link, snapshot, projection, can } = input;
  const sights = new Map(input.sights.map(sight => [sight.remoteId, sight] as const));
  const known = new Map(input.copies.map(copy => [copy.eventId, copy] as const));
  const placed = input.copies.filter(copy => copy.state === 'placed');
  const strays = findStrays(input, sights, known);
  const copies = adoptStrays(link, known, strays);
  const attempts = groupByKey(input.attempts);
  const done: AttemptId[] = [];
  const expired: AttemptId[] = [];
  const planned: PlannedCopy[] = [];
  for (const event of [...new Set([...copies.keys(), ...projection.wanted.keys()])].sort()) {
    const before = copies.get(event) ?? null;
    const outside = projection.outside.get(event);
    if (outside && !isMovedAway(before, outside)) continue;
    // A removed copy has no item any more: what shows up under its key is a stray.
    const finished = before === null || isFinished(before) || before.remoteId === null;
    const observed = finished ? null : (sights.get(before.remoteId) ?? null);
    const open = before ? (attempts.get(before.key) ?? []) : [];
    const settled = before && settleOne(input, before, observed, open);
    done.push(...(settled?.done ?? []));
    expired.push(...(settled?.expired ?? []));
    if (settled) copies.set(event, settled.copy);
    const copy = settled?.copy ?? null;
    const wanted = outside ?? projection.wanted.get(event) ?? null;
    // Where a late write is refused, settling has said all. Else it may bring back what only came along in it.
    const late = can.conditional ? [] : open.filter(attempt => !settled?.done.includes(attempt.id));
    const sent = { pending: late.map(({ fields }) => fields), tried: open.map(({ fields }) => fields) };
    planned.push({ event, copy, observed, wanted, plan: planOne(input, copy, observed, wanted, sent) });
  }
  // What we took away ourselves has not vanished, nor what was found again under another name.
  const standing = placed.filter(({ eventId }) => copies.get(eventId)?.state !== 'removed');
  const isGone = (id: RemoteId | null) => id !== null && sights.get(id)?.kind === 'gone';
  const braked = applyBrakes({
    plans: planned,
    placed: standing.length,
    vanished: standing.filter(({ eventId }) => isGone(copies.get(eventId)?.remoteId ?? null)).length,
    leftovers: can.writes ? strays.filter(stray => stray.do === 'remove').length : 0,
    removed: input.removed ?? 0,
    newerMarker: hasNewerMarker(input.sights, snapshot, copies),
    released: input.released,
  });
  const mayTouch = braked.brake?.kind !== 'halt' && can.writes;
  return {
    planned: braked.plans,
    strays: mayTouch ? strays.filter(stray => braked.sweeps || stray.do !== 'remove') : [],
    settled: [...copies.values()].filter(copy => known.get(copy.eventId) !== copy),
    done,
    expired,
    unsighted: placed.flatMap(copy => (copy.remoteId !== null && !sights.has(copy.remoteId) ? [copy.remoteId] : [])),
    brake: braked.brake,
  };
}

function settleOne(
  { canon, now, can }: CalendarPlanInput,
  copy: Copy,
  observed: Observed | null,
  open: readonly Attempt[],
): Settled {
  if (observed?.kind === 'gone') return settleRemoval(copy, open, now);
  return settleCopy(copy, observed?.kind === 'present' ? observed : null, open, canon, now, can);
}

/** A copy in place of an event that has been moved out of the window: left alone, it would show the old time. */
function isMovedAway(copy: Copy | null, { face }: WantedCopy): boolean {
  return copy?.state === 'placed' && copy.base !== null && !sameWhen(copy.base.sent.when, face.when);
}

function planOne(
  input: CalendarPlanInput,
  copy: Copy | null,
  observed: Observed | null,
  wanted: WantedCopy | null,
  sent: Pick<PlanInput, 'pending' | 'tried'>,
): CopyPlan {
  const { link, snapshot, can, canon } = input;
  const person = snapshot.people.get(link.person);
  const owner = wanted?.content.owner ? (snapshot.people.get(wanted.content.owner) ?? null) : null;
  const policy = (field: Field) =>
    person && wanted ? policyFor(input.rights, person, wanted.content, field, owner) : ('propose' as const);
  const plan = planCopy({
    wanted: wanted?.face ?? null,
    observed,
    copy,
    ...sent,
    canon,
    rules: { mode: link.mode === 'publish' ? 'publish' : 'two-way', policy, fields: can.fields },
    wantedHash: wanted ? faceHash(wanted.face) : '',
  });
  const writes = plan.steps.some(step => step.do === 'update' || step.do === 'create');
  if (copy && writes && isChurning(copy.writes, input.now)) {
    return { steps: [{ do: 'hold', why: 'churn' } satisfies Step], meetings: plan.meetings };
  }
  return plan;
}

/** Written too often within an hour: it rests until that is over. */
export function isChurnHeld({ plan }: Pick<PlannedCopy, 'plan'>): boolean {
  return plan.steps.some(step => step.do === 'hold' && step.why === 'churn');
}

function findStrays(
  input: CalendarPlanInput,
  sights: ReadonlyMap<RemoteId, Observed>,
  copies: ReadonlyMap<EventId, Copy>,
): Stray[] {
  const owned = new Set(
    input.copies.flatMap(copy => (copy.remoteId === null || isFinished(copy) ? [] : [copy.remoteId])),
  );
  const present = [...sights.values()].filter(sight => sight.kind === 'present');
  const lost = lostByUid(input, sights);
  const marked = present
    .map(item => withMark(item, lost))
    .filter(item => item.marker !== null && !owned.has(item.remoteId));
  if (marked.length === 0) return [];
  // Of an item and its duplicate the one with the event's own UID is the item.
  const uids = new Set([...input.snapshot.events.values()].map(event => event.uid));
  marked.sort((a, b) => Number(uids.has(b.uid ?? '')) - Number(uids.has(a.uid ?? '')));
  const keys = keysOf(input.link.production, input.link.id, input.snapshot.events.keys(), copies);
  const isMade = new Map(present.map(item => [item.remoteId, uids.has(item.uid ?? '')] as const));
  const isSecond = (item: Present, own: RemoteId) =>
    uids.has(item.uid ?? '') && isMade.get(own) === false && isAsSent(input, item);
  return judgeStrays(marked, keys, copies, new Set(isMade.keys()), isSecond);
}

/** Whether an item shows what a create of ours sent, or what its copy shows: nobody has typed anything there. */
function isAsSent({ attempts, copies, canon, can }: CalendarPlanInput, { marker, face }: Present): boolean {
  const creates = attempts.filter(({ verb, key }) => verb === 'create' && key === marker?.key);
  const agreed = copies.find(({ key }) => key === marker?.key)?.base?.seen;
  const known = [...creates.map(({ fields }) => canon(fields)), ...(agreed ? [agreed] : [])];
  const shown = unitsOf(face);
  return known.some(fields => {
    const sent = unitsOf(fields);
    const told = allUnits(shown, sent).filter(unit => unit !== 'busy' && can.fields.includes(fieldOf(unit)));
    return told.every(unit => sameUnit(unit, unitValue(shown, unit), unitValue(sent, unit)));
  });
}

/** The copies whose item is gone, by the UID of their event: an item that bears it is theirs, also without our mark. */
function lostByUid(input: CalendarPlanInput, sights: ReadonlyMap<RemoteId, Observed>): ReadonlyMap<string, Copy> {
  const lost = input.copies.filter(
    ({ state, remoteId }) => state === 'placed' && remoteId !== null && sights.get(remoteId)?.kind === 'gone',
  );
  return new Map(
    lost.flatMap(copy => {
      const event = input.snapshot.events.get(copy.eventId);
      return event ? [[event.uid, copy] as const] : [];
    }),
  );
}

function withMark(item: Present, lost: ReadonlyMap<string, Copy>): Present {
  const copy = item.marker === null && item.uid !== null ? lost.get(item.uid) : undefined;
  return copy ? { ...item, marker: { key: copy.key, version: copy.base?.eventVersion ?? 0 } } : item;
}

/** A removed copy owns nothing any more: should its item show up again, it is a leftover. */
const isFinished = (copy: Copy) => copy.state === 'removed';

function adoptStrays(
  link: CalendarLink,
  known: ReadonlyMap<EventId, Copy>,
  strays: readonly Stray[],
): Map<EventId, Copy> {
  const copies = new Map(known);
  for (const stray of strays) {
    if (stray.do !== 'adopt') continue;
    const { event, generation } = stray.claim;
    const copy = copies.get(event) ?? newCopy(link, event, generation);
    copies.set(event, { ...copy, state: 'placed', remoteId: stray.item.remoteId, problem: null, stuckOn: null });
  }
  return copies;
}

/** A copy before its first write. */
export function newCopy(link: CalendarLink, event: EventId, generation: number): Copy {
  return {
    calendarId: link.id,
    eventId: event,
    generation,
    key: copyKey(link.production, event, link.id, generation),
    state: 'wanted',
    remoteId: null,
    base: null,
    problem: null,
    stuckOn: null,
    writes: [],
    declined: [],
  };
}

function groupByKey(attempts: readonly Attempt[]): ReadonlyMap<CopyKey, readonly Attempt[]> {
  return Map.groupBy(attempts, attempt => attempt.key);
}

/** A mark of a version the store never had: the store was restored from an older day. */
function hasNewerMarker(
  sights: readonly Observed[],
  snapshot: ScheduleSnapshot,
  copies: ReadonlyMap<EventId, Copy>,
): boolean {
  const versions = new Map<CopyKey, number>();
  for (const copy of copies.values()) {
    const event = snapshot.events.get(copy.eventId);
    if (event) versions.set(copy.key, event.version);
  }
  return sights.some(sight => {
    const marker = sight.kind === 'present' ? sight.marker : null;
    return marker !== null && marker.version > (versions.get(marker.key) ?? Number.POSITIVE_INFINITY);
  });
}
