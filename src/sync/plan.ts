/**
 * What is to be done about one copy: the table of design.md section 5.2. Pure; the same input gives the same plan.
 *
 * |                      | no copy | placed, seen                | placed, gone                  | hidden                |
 * | wanted               | create  | merge unit by unit          | unchanged: hide; else anew    | changed: anew         |
 * | not wanted           | nothing | remove, keep an unseen edit | forget                        | forget                |
 */
import type { Base, Copy, Met, Observed, Present } from '../model/copy.ts';
import type { Face, Field, Fields } from '../model/face.ts';
import type { RemoteId, Tag } from '../model/ids.ts';
import type { OccurrenceFace } from '../model/series.ts';
import { canonFace, mergeFaces, type Verdict } from './merge.ts';
import { meantBy, type Sides } from './taken.ts';
import {
  allUnits,
  fieldOf,
  isOccurrenceFace,
  sameUnit,
  type Unit,
  type Units,
  unitsOf,
  unitValue,
  withUnits,
} from './units.ts';

/** What becomes of a person's change of one field. */
export type Policy = 'accept' | 'propose' | 'restore';

export type CopyRules = Readonly<{
  /** In a `publish` calendar nobody's edits are taken. */
  mode: 'two-way' | 'publish';
  policy(field: Field): Policy;
  /** The fields this provider can show. */
  fields: readonly Field[];
}>;

export type Step =
  | Readonly<{ do: 'create'; face: Face; anew: boolean }>
  | Readonly<{
      do: 'update';
      remoteId: RemoteId;
      tag: Tag | null;
      fields: Fields;
      units: readonly Unit[];
      /** What base.sent and base.seen become once the provider has confirmed it. */
      sent: Face;
      seen: Face;
    }>
  | Readonly<{ do: 'remove'; remoteId: RemoteId; tag: Tag | null; why: 'cancelled' | 'orphan' }>
  | Readonly<{ do: 'import'; fields: Fields; met: readonly Met[] }>
  | Readonly<{ do: 'agree'; sent: Face; seen: Face }>
  | Readonly<{ do: 'hide' }>
  | Readonly<{ do: 'forget' }>
  | Readonly<{ do: 'hold'; why: HoldReason }>;
export type HoldReason = 'unreadable' | 'stuck' | 'churn' | 'held-deletion' | 'held-move';

/** What a person must know or decide: the edits of this copy that met ours, or wait. */
export type Meeting = Readonly<{ kind: 'conflict' | 'proposal' | 'restored' | 'orphaned-edit'; met: readonly Met[] }>;
export type CopyPlan = Readonly<{ steps: readonly Step[]; meetings: readonly Meeting[] }>;

export type PlanInput = Readonly<{
  /** null: not theirs, cancelled, or no longer on the schedule. */
  wanted: Face | null;
  observed: Observed | null;
  /** After `settleCopy`. null: there has never been one. */
  copy: Copy | null;
  /** Fields of attempts still open that may come late. */
  pending: readonly Fields[];
  /** Fields of all attempts still open. */
  tried: readonly Fields[];
  canon(fields: Fields): Fields;
  rules: CopyRules;
  /** Hash of `wanted`: what a stuck copy is compared with. */
  wantedHash: string;
}>;

const nothing: CopyPlan = { steps: [], meetings: [] };
const only = (step: Step): CopyPlan => ({ steps: [step], meetings: [] });

export function planCopy(input: PlanInput): CopyPlan {
  const { copy, observed } = input;
  if (observed?.kind === 'unreadable' && copy !== null) return only({ do: 'hold', why: 'unreadable' });
  if (input.wanted === null) return planUnwanted(input);
  if (copy === null) return only({ do: 'create', face: input.wanted, anew: false });
  if (copy.state === 'stuck' && copy.stuckOn === input.wantedHash)
    return planStuck(input, input.wanted, copy, observed);
  if (observed?.kind === 'present') return planMerge(input, input.wanted, copy, observed);
  return planAbsent(input.wanted, copy, observed?.kind === 'gone', input.rules);
}

/** The event has left this calendar: so does the copy, but an edit we had not seen stays readable. */
function planUnwanted({ copy, observed, canon, rules, pending, tried }: PlanInput): CopyPlan {
  if (copy === null) return nothing;
  if (observed?.kind !== 'present') return copy.state === 'removed' ? nothing : only({ do: 'forget' });
  const remove: Step = { do: 'remove', remoteId: observed.remoteId, tag: observed.tag, why: 'cancelled' };
  if (copy.base === null || copy.state === 'removed') return only(remove);
  const verdicts = mergeFaces({
    base: copy.base,
    wanted: copy.base.sent,
    seen: observed.face,
    pending,
    canon,
    fields: rules.fields,
  });
  const sides = { wanted: copy.base.sent, seen: observed.face, shown: copy.base.seen, tried, canon };
  const lost = meaningful(verdicts.filter(verdict => verdict.verdict === 'theirs').map(one => asMeant(one, sides)));
  return { steps: [remove], meetings: lost.length > 0 ? [{ kind: 'orphaned-edit', met: metOf(lost) }] : [] };
}

/** Nothing is written again that was refused; but what the person changes meanwhile is seen all the same. */
function planStuck(input: PlanInput, wanted: Face, copy: Copy, observed: Observed | null): CopyPlan {
  const hold: Step = { do: 'hold', why: 'stuck' };
  if (observed?.kind !== 'present' || copy.base === null) return only(hold);
  const { steps, meetings } = planMerge(input, wanted, copy, observed);
  const local = steps.filter(step => step.do === 'import');
  return { steps: [...local, hold], meetings: meetings.filter(meeting => meeting.kind !== 'restored') };
}

/** Wanted, but its item is not there (or was never made). */
function planAbsent(wanted: Face, copy: Copy, gone: boolean, rules: CopyRules): CopyPlan {
  const changed = copy.base === null || !sameSent(copy.base.sent, wanted, rules.fields);
  // A refused write left what was there before: such a copy is as good as placed.
  switch (copy.state === 'stuck' && copy.base !== null ? 'placed' : copy.state) {
    case 'wanted':
    case 'stuck':
      return only({ do: 'create', face: wanted, anew: false });
    case 'removed':
      return only({ do: 'create', face: wanted, anew: true });
    case 'hidden':
      return changed ? only({ do: 'create', face: wanted, anew: true }) : nothing;
    case 'placed':
      if (!gone) return nothing;
      return changed || rules.mode === 'publish'
        ? only({ do: 'create', face: wanted, anew: true })
        : only({ do: 'hide' });
  }
}

function sameSent(sent: Face, wanted: Face, fields: readonly Field[]): boolean {
  const [before, after] = [unitsOf(sent), unitsOf(wanted)];
  return allUnits(before, after).every(
    unit => !fields.includes(fieldOf(unit)) || sameUnit(unit, unitValue(before, unit), unitValue(after, unit)),
  );
}

function asMeant(verdict: Verdict, sides: Sides): Verdict {
  return { ...verdict, theirs: meantBy(verdict.unit, verdict.theirs, sides) };
}

type Sorted = Readonly<{ write: Verdict[]; take: Verdict[]; propose: Verdict[]; restore: Verdict[]; both: Verdict[] }>;

function planMerge(input: PlanInput, wanted: Face, copy: Copy, observed: Present): CopyPlan {
  const { canon, rules, tried } = input;
  const base = copy.base;
  const sides = { wanted, seen: observed.face, shown: base?.seen ?? null, tried, canon };
  const verdicts = mergeFaces({ ...input, base, wanted, seen: observed.face, fields: rules.fields }).map(one =>
    asMeant(one, sides),
  );
  const sorted = sortVerdicts(verdicts, copy, observed.face, rules);
  const steps: Step[] = [];
  const agreed = verdicts.filter(verdict => verdict.verdict === 'agreed' || isOwn(verdict.unit, verdict.verdict));
  const start = base ?? foundBase(wanted, observed.face, verdicts);
  const sent = withUnits(start.sent, pick(agreed, unitsOf(wanted)));
  const seen = withUnits(start.seen, pick(agreed, unitsOf(observed.face)));
  // A refused copy that wants nothing any more is refused no longer.
  const freed = copy.state === 'stuck' && sorted.write.length === 0;
  if (agreed.length > 0 || base === null || freed) steps.push({ do: 'agree', sent, seen });
  if (sorted.take.length > 0) {
    steps.push({ do: 'import', fields: fieldsOf(sorted.take, wanted), met: metOf(sorted.take) });
  }
  if (sorted.write.length > 0) {
    const units = sorted.write.map(verdict => verdict.unit);
    const fields = fieldsToWrite(units, wanted, observed.face, sorted.propose);
    const after = pick(sorted.write, unitsOf(wanted));
    const expected = pick(sorted.write, unitsOf(canonFace({ ...observed.face, ...fields }, canon)));
    steps.push({
      do: 'update',
      remoteId: observed.remoteId,
      tag: observed.tag,
      fields,
      units,
      sent: withUnits(sent, after),
      seen: withUnits(seen, expected),
    });
  }
  return { steps, meetings: meetingsOf(sorted) };
}

/** Nothing was agreed on what differs: until ours is written there, what stands there is both sent and shown. */
function foundBase(wanted: Face, found: Face, verdicts: readonly Verdict[]): Pick<Base, 'sent' | 'seen'> {
  const disputed = verdicts.filter(verdict => verdict.verdict === 'both');
  return { sent: withUnits(wanted, pick(disputed, unitsOf(found))), seen: found };
}

/** `busy` is the person's to change: how they show themselves in their own calendar mails and moves nobody. */
function isOwn(unit: Unit, verdict: Verdict['verdict']): boolean {
  return unit === 'busy' && verdict === 'theirs';
}

function sortVerdicts(verdicts: readonly Verdict[], copy: Copy, seen: Face, rules: CopyRules): Sorted {
  const sorted: Sorted = { write: [], take: [], propose: [], restore: [], both: [] };
  for (const verdict of verdicts) {
    if (verdict.verdict === 'ours') sorted.write.push(verdict);
    if (verdict.verdict === 'both') {
      sorted.write.push(verdict);
      sorted.both.push(verdict);
    }
    if (verdict.verdict !== 'theirs' || isOwn(verdict.unit, verdict.verdict)) continue;
    const field = fieldOf(verdict.unit);
    const policy = rules.mode === 'publish' ? 'restore' : rules.policy(field);
    if (isDeclined(copy.declined, verdict.unit, seen)) sorted.write.push(verdict);
    else if (policy === 'accept') sorted.take.push(verdict);
    else if (policy === 'propose') sorted.propose.push(verdict);
    else {
      sorted.write.push(verdict);
      sorted.restore.push(verdict);
    }
  }
  return sorted;
}

function isDeclined(declined: Copy['declined'], unit: Unit, seen: Face): boolean {
  const shown = unitValue(unitsOf(seen), unit);
  return declined.some(one => one.unit === unit && sameUnit(unit, one.value, shown));
}

function meetingsOf(sorted: Sorted): Meeting[] {
  const meetings: Meeting[] = [];
  const add = (kind: Meeting['kind'], verdicts: readonly Verdict[]) => {
    if (verdicts.length > 0) meetings.push({ kind, met: metOf(verdicts) });
  };
  add('conflict', meaningful(sorted.both));
  add('proposal', sorted.propose);
  add('restored', sorted.restore);
  return meetings;
}

/** `busy` alone is nobody's concern. */
const meaningful = (verdicts: readonly Verdict[]) => verdicts.filter(verdict => verdict.unit !== 'busy');

function metOf(verdicts: readonly Verdict[]): Met[] {
  return verdicts.map(({ unit, ours, theirs, base }) => ({
    field: fieldOf(unit),
    occurrence: unit.startsWith('occurrence ') ? unit.slice('occurrence '.length) : null,
    ours,
    theirs,
    base: base === undefined ? null : base,
  }));
}

const pick = (verdicts: readonly Verdict[], from: Units) =>
  new Map(verdicts.map(({ unit }) => [unit, unitValue(from, unit)] as const));

/** What the person's edits come to, as fields of the face: their units upon ours. */
function fieldsOf(verdicts: readonly Verdict[], wanted: Face): Fields {
  const merged = withUnits(wanted, new Map(verdicts.map(({ unit, theirs }) => [unit, theirs] as const)));
  return onlyFields(merged, new Set(verdicts.map(verdict => fieldOf(verdict.unit))));
}

/**
 * What is sent: our units upon what stands there, so that a series keeps what is not ours to decide yet. A date that
 * waits for a decision takes on what the series is called now, where that is all its person had left it as.
 */
function fieldsToWrite(units: readonly Unit[], wanted: Face, seen: Face, waiting: readonly Verdict[]): Fields {
  const ours = unitsOf(wanted);
  const changes = new Map(units.map(unit => [unit, unitValue(ours, unit)] as const));
  for (const verdict of waiting) {
    const renamed = renamedDate(verdict, seen, units);
    if (renamed !== null) changes.set(verdict.unit, renamed);
  }
  const merged = withUnits(seen, changes);
  const fields = new Set([...changes.keys()].map(fieldOf));
  // Dates of a series are read against its start: a provider is given both or neither.
  if (fields.has('series')) fields.add('when');
  return onlyFields(merged, fields);
}

/** null: none of its texts is being written, or they are the person's own. */
function renamedDate({ unit, theirs }: Verdict, seen: Face, units: readonly Unit[]): OccurrenceFace | null {
  const shown = unitValue(unitsOf(seen), unit);
  if (!isOccurrenceFace(shown) || !isOccurrenceFace(theirs)) return null;
  const texts = (['title', 'place', 'notes'] as const).filter(
    field => units.includes(field) && shown[field] !== theirs[field],
  );
  const renamed = Object.fromEntries(texts.map(field => [field, theirs[field]] as const));
  return texts.length === 0 ? null : { ...shown, ...renamed };
}

function onlyFields(face: Face, fields: ReadonlySet<Field>): Fields {
  return Object.fromEntries(Object.entries(face).filter(([field]) => fields.has(field as Field)));
}
