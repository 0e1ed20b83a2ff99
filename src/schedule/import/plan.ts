/** What an import would do to the schedule: decided whole before anything is written. Pure. */
import type { EventContent, EventKind, ScheduledEvent } from '../../model/event.ts';
import { brandId, type EventId, type GroupId, type Instant, type PersonId, type VenueId } from '../../model/ids.ts';
import { dateOf } from '../../model/occurrence.ts';
import type { Constraint, Group, Person, TravelTime, Venue } from '../../model/person.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import { nextEvent } from '../edit.ts';
import { shownOccurrence } from '../sheets/occurrence-cell.ts';
import type { RowNote, SheetName, Sheets } from '../sheets/sheet.ts';
import type { Candidate, Outcome } from './candidate.ts';
import { travelKey } from './list-rows.ts';
import { withParts } from './part-rows.ts';
import { removable } from './prune.ts';
import { type Rows, readRows } from './rows.ts';
import { outlookOf, warningsOf } from './warnings.ts';

export type ImportOptions = Readonly<{
  /** Takes away what stands in no row any more. */
  prune: boolean;
  by: string;
  now: Instant;
  held: readonly EventKind[];
}>;

/**
 * Counts are of rows over all sheets: an event's stops, calls and changed occurrences count beside the event.
 * `rejected` and `warnings` name the row as a spreadsheet numbers it, the heading's being 1; row 0 is the whole file.
 */
export type ImportReport = Readonly<{
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  rejected: readonly RowNote[];
  warnings: readonly RowNote[];
}>;

export type ImportPlan = Readonly<{
  /** With the version they will have. */
  people: readonly Person[];
  venues: readonly Venue[];
  groups: readonly Group[];
  events: readonly ScheduledEvent[];
  /** null: nothing changes. */
  travel: readonly TravelTime[] | null;
  constraints: readonly Constraint[] | null;
  removed: Readonly<{ people: ReadonlySet<PersonId>; venues: ReadonlySet<VenueId>; groups: ReadonlySet<GroupId> }>;
  report: ImportReport;
}>;

/** Decides what the sheets change. A bad row is rejected with its reason, alone and whole. */
export function planImport(snapshot: ScheduleSnapshot, sheets: Sheets, options: ImportOptions): ImportPlan {
  const rows = readRows(snapshot, sheets, options.now);
  const gone = options.prune ? goneFrom(rows) : nothingGone;
  const events = eventContents(snapshot, rows, gone);
  const travel = travelAfter(snapshot, rows, gone);
  const constraints = constraintsAfter(snapshot, rows, gone);
  const outlook = outlookOf(snapshot, {
    people: itemsById(rows.people),
    venues: itemsById(rows.venues),
    groups: itemsById(rows.groups),
    events: events.contents,
    constraints: constraints.list,
  });
  const { kept, ...removed } = removable(outlook, {
    people: missing('people', snapshot.people.keys(), gone),
    venues: missing('venues', snapshot.venues.keys(), gone),
    groups: missing('groups', snapshot.groups.keys(), gone),
  });
  const outcomes = [...countedOutcomes(rows), ...events.outcomes];
  const count = (outcome: Outcome) => outcomes.filter(each => each === outcome).length;
  const directory = removed.people.size + removed.venues.size + removed.groups.size;
  return {
    people: puts(rows.people),
    venues: puts(rows.venues),
    groups: puts(rows.groups),
    events: nextEvents(snapshot, events.contents, options),
    travel: travel.changed ? travel.list : null,
    constraints: constraints.changed ? constraints.list : null,
    removed,
    report: {
      added: count('added'),
      changed: count('changed'),
      removed: events.removed + travel.removed + constraints.removed + directory,
      unchanged: count('unchanged'),
      rejected: inOrder([...rows.rejected, ...events.rejected]),
      warnings: [
        ...rows.warnings,
        ...events.warnings,
        ...warningsOf(rows.kept, outlook),
        ...unprunable(rows, options),
        ...kept,
      ],
    },
  };
}

const inOrder = (notes: readonly RowNote[]) =>
  notes.toSorted((a, b) => (a.file === b.file ? a.row - b.row : a.file < b.file ? -1 : 1));

/** Parts are counted with their events, where their outcome is known. */
function countedOutcomes(rows: Rows): Outcome[] {
  const { people, venues, groups, travel, constraints, events } = rows;
  return [people, venues, groups, travel, constraints, events].flatMap(each => each.map(row => row.outcome));
}

function itemsById<Id extends string, Item extends Readonly<{ id: Id }>>(
  rows: readonly Candidate<Item>[],
): Map<Id, Item> {
  return new Map(rows.map(row => [row.item.id, row.item]));
}

function puts<Item extends Readonly<{ version: number }>>(rows: readonly Candidate<Item>[]): Item[] {
  return rows.filter(row => row.outcome !== 'unchanged').map(({ item }) => ({ ...item, version: item.version + 1 }));
}

/** Whether a stored row stands in its sheet no more. */
type Gone = (sheet: SheetName, ...names: readonly string[]) => boolean;

const nothingGone: Gone = () => false;

/** Rows of a sheet that was not given stay, and so do all of one in which some row's key cannot be read. */
function goneFrom({ present }: Rows): Gone {
  return (sheet, ...names) => {
    const keys = present.get(sheet);
    return keys !== undefined && keys !== null && !names.some(name => keys.has(name));
  };
}

function unprunable({ present }: Rows, { prune }: ImportOptions): RowNote[] {
  const unsure = prune ? [...present].filter(([, keys]) => keys === null) : [];
  const problem = 'a row cannot be told from the others, so nothing of this sheet is removed';
  return unsure.map(([sheet]) => ({ file: sheet, row: 0, column: '', value: '', problem }));
}

function missing<Id extends string>(sheet: SheetName, ids: Iterable<Id>, gone: Gone): ReadonlySet<Id> {
  return new Set([...ids].filter(id => gone(sheet, id)));
}

type Contents = Readonly<{
  contents: ReadonlyMap<EventId, EventContent>;
  outcomes: readonly Outcome[];
  removed: number;
  rejected: readonly RowNote[];
  warnings: readonly RowNote[];
}>;

/** Each event that some row or its absence concerns, as it would be. */
function eventContents(snapshot: ScheduleSnapshot, rows: Rows, gone: Gone): Contents {
  const contents = new Map<EventId, EventContent>(rows.events.map(row => [brandId<EventId>(row.key), row.item]));
  const outcomes: Outcome[] = [];
  const [rejected, warnings]: [RowNote[], RowNote[]] = [[], []];
  let removed = 0;
  for (const [id, { content }] of snapshot.events) {
    if (content.status === 'cancelled' || content.status === 'done') continue;
    if (gone('schedule', id)) {
      contents.set(id, { ...content, status: 'cancelled' });
      removed += 1;
      continue;
    }
    const pruned = withoutGoneParts(id, contents.get(id) ?? content, gone);
    removed += pruned.removed;
    if (pruned.removed > 0) contents.set(id, pruned.content);
  }
  for (const [id, entries] of rows.parts) {
    const content = contents.get(id) ?? snapshot.events.get(id)?.content;
    if (!content) continue;
    const whole = withParts(id, content, entries);
    contents.set(id, whole.content);
    outcomes.push(...whole.outcomes);
    rejected.push(...whole.rejected);
    warnings.push(...whole.warnings);
  }
  return { contents, outcomes, removed, rejected, warnings };
}

function withoutGoneParts(id: EventId, content: EventContent, gone: Gone) {
  const stops = content.stops.filter(stop => !gone('stops', `${id} / ${stop.order}`));
  const calls = content.calls.filter(call => !gone('calls', `${id} / ${call.person}`));
  const overrides = content.overrides.filter(({ occurrence }) => {
    const full = `${dateOf(occurrence)} ${occurrence.slice(11, 16)}`;
    return !gone('overrides', `${id} / ${shownOccurrence(occurrence, content.when)}`, `${id} / ${full}`);
  });
  const size = (of: Pick<EventContent, 'stops' | 'calls' | 'overrides'>) =>
    of.stops.length + of.calls.length + of.overrides.length;
  const pruned = { ...content, stops, calls, overrides };
  return { content: pruned, removed: size(content) - size(pruned) };
}

function nextEvents(
  snapshot: ScheduleSnapshot,
  contents: ReadonlyMap<EventId, EventContent>,
  options: ImportOptions,
): ScheduledEvent[] {
  const { production } = snapshot;
  return [...contents].flatMap(([id, content]) => {
    const next = nextEvent(snapshot.events.get(id) ?? null, { ...options, production, id, content });
    return next ? [next] : [];
  });
}

type ListAfter<Item> = Readonly<{ list: readonly Item[]; changed: boolean; removed: number }>;

function travelAfter({ travel }: ScheduleSnapshot, rows: Rows, gone: Gone): ListAfter<TravelTime> {
  const said = new Map(rows.travel.map(row => [row.key, row.item]));
  const stored = new Set(travel.map(travelKey));
  const left = travel.filter(each => !gone('travel', travelKey(each)));
  const added = [...said].filter(([key]) => !stored.has(key)).map(([, item]) => item);
  const removed = travel.length - left.length;
  const changed = removed > 0 || rows.travel.some(row => row.outcome !== 'unchanged');
  return { list: [...left.map(each => said.get(travelKey(each)) ?? each), ...added], changed, removed };
}

function constraintsAfter({ constraints }: ScheduleSnapshot, rows: Rows, gone: Gone): ListAfter<Constraint> {
  const placed = new Map(rows.constraints.map(({ item }) => [item.place, item.constraint]));
  const added = rows.constraints.filter(({ item }) => item.place < 0).map(({ item }) => item.constraint);
  const left = [...constraints.entries()].filter(([place]) => placed.has(place) || !gone('constraints'));
  const removed = constraints.length - left.length;
  const changed = removed > 0 || rows.constraints.some(row => row.outcome !== 'unchanged');
  return { list: [...left.map(([place, each]) => placed.get(place) ?? each), ...added], changed, removed };
}
