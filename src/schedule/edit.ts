/** Edits of one event as pure functions: what the next version is, and how two people's edits meet. */
import { isDeepStrictEqual } from 'node:util';
import { keepLastDay } from '../ical/rule-edit.ts';
import type { EventContent, EventKind, Invitee, ScheduledEvent } from '../model/event.ts';
import { eventUid } from '../model/identity.ts';
import type { EventId, Instant, ProductionId } from '../model/ids.ts';
import { carryOccurrences } from '../model/occurrence.ts';
import { sameWhen, type When } from '../model/when.ts';
import { ConflictError, EditError, type FieldConflict } from './errors.ts';
import { publishedAfter } from './publishing.ts';
import { raisesSequence } from './sequence.ts';
import { mayMove, movesOf } from './states.ts';

export type NextEdit = Readonly<{
  production: ProductionId;
  id: EventId;
  content: EventContent;
  by: string;
  now: Instant;
  /** Kinds that wait for `issue`. */
  held: readonly EventKind[];
}>;

/**
 * The event after an edit, or null where the edit changes nothing. An issued event that is edited becomes `changed`.
 * A cancelled event is not revived in place: its id used again is a new event with a new UID, and its version rises.
 * Throws EditError `not-a-move` when the state may not change so.
 */
export function nextEvent(previous: ScheduledEvent | null, edit: NextEdit): ScheduledEvent | null {
  const content = settled(previous?.content ?? null, edit.content);
  if (previous && isDeepStrictEqual(previous.content, content)) return null;
  if (previous && !mayMove(previous.content, content, edit.now)) {
    const { status } = previous.content;
    throw EditError.move(edit.id, status, content.status, movesOf(previous.content, edit.now));
  }
  const anew = previous !== null && previous.content.status === 'cancelled' && content.status !== 'cancelled';
  const incarnation = (previous?.incarnation ?? 0) + (anew ? 1 : 0);
  const version = (previous?.version ?? 0) + 1;
  const raised = previous !== null && raisesSequence(previous.content, content);
  return {
    production: edit.production,
    id: edit.id,
    uid: eventUid(edit.production, edit.id, incarnation),
    incarnation,
    version,
    sequence: (previous?.sequence ?? 0) + (raised ? 1 : 0),
    content,
    published: publishedAfter(anew ? null : previous, { version, content }, edit.held),
    updatedAt: edit.now,
    updatedBy: edit.by,
  };
}

/** The event after an edit, with what its series says of single dates, and its last day, kept when it was moved. */
export function carrySeries(before: EventContent, after: EventContent): EventContent {
  const carried = carryOccurrences(before, after);
  if (after.rrule === null || before.rrule === null || !isUntouched(before, after)) return carried;
  return { ...carried, rrule: keepLastDay(after.rrule, before.when, after.when) };
}

/** The rule stands as it was written for the time before. */
function isUntouched(before: EventContent, after: EventContent): boolean {
  return after.rrule === before.rrule && !sameWhen(before.when, after.when);
}

function settled(before: EventContent | null, after: EventContent): EventContent {
  if (before === null) return after;
  const content = carrySeries(before, after);
  const editedSinceIssue = before.status === 'issued' && !isDeepStrictEqual(before, content);
  return editedSinceIssue && content.status === 'issued' ? { ...content, status: 'changed' } : content;
}

const plainFields = [
  'kind',
  'title',
  'safeTitle',
  'status',
  'when',
  'rrule',
  'venue',
  'onlineUrl',
  'owner',
  'parent',
  'tier',
  'notes',
] as const satisfies readonly (keyof EventContent)[];

const inviteeKey = (invitee: Invitee) => (invitee.kind === 'person' ? invitee.id : `group ${invitee.ref}`);

/**
 * Joins an edit made from `base` with what has been saved since. Different fields both hold, and so do different
 * people's calls, different stops, occurrences, invitees and details; `when` (start, end, zone, whole days) is one
 * field, since merged halves of a time make times that nobody chose.
 * Throws ConflictError where both changed the same.
 */
export function mergeEdit(
  id: EventId,
  base: EventContent,
  current: ScheduledEvent,
  edited: EventContent,
): EventContent {
  const first = current.content;
  const conflicts: FieldConflict[] = [];
  const pick = <K extends keyof EventContent>(field: K): EventContent[K] => {
    const same = (a: EventContent[K], b: EventContent[K]) =>
      field === 'when' ? sameWhen(a as When, b as When) : isDeepStrictEqual(a, b);
    if (same(edited[field], base[field])) return first[field];
    if (!same(first[field], base[field]) && !same(first[field], edited[field])) {
      conflicts.push({ field, base: base[field], first: first[field], second: edited[field] });
    }
    return edited[field];
  };
  const merge = <T>(field: string, of: (content: EventContent) => readonly T[], key: (item: T) => string): T[] => {
    const merged = mergeKeyed(field, of(base), of(first), of(edited), key);
    conflicts.push(...merged.conflicts);
    return merged.items;
  };
  const details = merge('details', content => Object.entries(content.details), entryKey);
  const extra = merge('extra', content => Object.entries(content.extra), entryKey);
  const plain = Object.fromEntries(plainFields.map(field => [field, pick(field)]));
  const content: EventContent = {
    ...edited,
    ...plain,
    required: merge('required', content => content.required, inviteeKey),
    optional: merge('optional', content => content.optional, inviteeKey),
    except: merge('except', content => content.except, String).sort(),
    overrides: merge(
      'overrides',
      content => content.overrides,
      override => override.occurrence,
    ).sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
    stops: merge(
      'stops',
      content => content.stops,
      stop => String(stop.order),
    ).sort((a, b) => a.order - b.order),
    calls: merge(
      'calls',
      content => content.calls,
      call => call.person,
    ),
    details: { ...edited.details, ...Object.fromEntries(details) },
    extra: Object.fromEntries(extra),
  };
  conflicts.push(...ruleConflicts(base, first, edited));
  if (conflicts.length > 0) throw new ConflictError(id, current.version, conflicts);
  return content;
}

const entryKey = ([key]: readonly [string, unknown]) => key;

function mergeKeyed<T>(
  field: string,
  base: readonly T[],
  first: readonly T[],
  second: readonly T[],
  key: (item: T) => string,
): { items: T[]; conflicts: FieldConflict[] } {
  const index = (items: readonly T[]) => new Map(items.map(item => [key(item), item]));
  const [was, theirs, mine] = [index(base), index(first), index(second)];
  const conflicts: FieldConflict[] = [];
  const items: T[] = [];
  for (const name of new Set([...theirs.keys(), ...mine.keys(), ...was.keys()])) {
    const [b, f, s] = [was.get(name), theirs.get(name), mine.get(name)];
    const untouched = isDeepStrictEqual(s, b);
    if (!untouched && !isDeepStrictEqual(f, b) && !isDeepStrictEqual(f, s)) {
      conflicts.push({ field: `${field}.${name}`, base: b, first: f, second: s });
    }
    const kept = untouched ? f : s;
    if (kept !== undefined) items.push(kept);
  }
  return { items, conflicts };
}

/** One person moved the series while the other named single occurrences of it: those names no longer fit. */
function ruleConflicts(base: EventContent, first: EventContent, second: EventContent): FieldConflict[] {
  const moved = (content: EventContent) => !sameWhen(content.when, base.when) || content.rrule !== base.rrule;
  const named = (content: EventContent) =>
    !isDeepStrictEqual(content.except, base.except) || !isDeepStrictEqual(content.overrides, base.overrides);
  const meet = (moved(first) && !moved(second) && named(second)) || (moved(second) && !moved(first) && named(first));
  if (!meet || base.rrule === null) return [];
  const shape = ({ when, rrule, except, overrides }: EventContent) => ({ when, rrule, except, overrides });
  return [{ field: 'occurrences', base: shape(base), first: shape(first), second: shape(second) }];
}
