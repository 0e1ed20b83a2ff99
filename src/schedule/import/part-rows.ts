/** Stops, calls and changed occurrences: rows of other sheets that are parts of an event. Pure. */
import { happens } from '../../ical/expand.ts';
import type { Call, EventContent, Override, Stop } from '../../model/event.ts';
import { occurrenceWhen } from '../../model/occurrence.ts';
import type { When } from '../../model/when.ts';
import { callFrom, callsColumns, rowOfCall } from '../sheets/calls.ts';
import type { Columns, GivenRow, RowOf } from '../sheets/columns.ts';
import { occurrenceNamed } from '../sheets/occurrence-cell.ts';
import { type OverrideRow, overrideFrom, overridesColumns, rowOfOverride } from '../sheets/overrides.ts';
import type { RowNote } from '../sheets/sheet.ts';
import {
  type CellNote,
  carriedEnd,
  cellsOfWhen,
  type WhenCells,
  type WhenRead,
  whenFrom,
} from '../sheets/sheet-when.ts';
import { rowOfStop, stopFrom, stopsColumns } from '../sheets/stops.ts';
import { completeRow, type Outcome, outcomeOf } from './candidate.ts';
import { type Entry, noteAt, type SheetSpec } from './entry.ts';

export const overridesSpec: SheetSpec<typeof overridesColumns> = {
  name: 'overrides',
  columns: overridesColumns,
  extras: null,
  key: ['event', 'occurrence'],
};
export const stopsSpec: SheetSpec<typeof stopsColumns> = {
  name: 'stops',
  columns: stopsColumns,
  extras: null,
  key: ['event', 'order'],
};
export const callsSpec: SheetSpec<typeof callsColumns> = {
  name: 'calls',
  columns: callsColumns,
  extras: null,
  key: ['event', 'person'],
};

type OverrideEntry = Entry<typeof overridesColumns>;
type StopEntry = Entry<typeof stopsColumns>;
type CallEntry = Entry<typeof callsColumns>;

export type PartEntries = Readonly<{
  overrides: readonly OverrideEntry[];
  stops: readonly StopEntry[];
  calls: readonly CallEntry[];
}>;

export type WithParts = Readonly<{
  content: EventContent;
  outcomes: readonly Outcome[];
  rejected: readonly RowNote[];
  warnings: readonly RowNote[];
}>;

/** An event with the parts that these rows give it; a bad row leaves the part as it was. */
export function withParts(id: string, content: EventContent, entries: PartEntries): WithParts {
  const overrides = laidOver(entries.overrides, content.overrides, {
    columns: overridesColumns,
    keyOf: override => override.occurrence,
    nameOf: given => occurrenceNamed(given.occurrence ?? '', content.when),
    rowOf: override => rowOfOverride(id, content.when, override),
    itemFrom: row => overrideRead(row, content),
  });
  const stops = laidOver(entries.stops, content.stops, {
    columns: stopsColumns,
    keyOf: stop => String(stop.order),
    nameOf: given => String(given.order),
    rowOf: stop => rowOfStop(id, stop),
    itemFrom: row => ({ item: stopFrom(row), warnings: [] }),
  });
  const calls = laidOver(entries.calls, content.calls, {
    columns: callsColumns,
    keyOf: call => call.person,
    nameOf: given => given.person ?? '',
    rowOf: call => rowOfCall(id, call),
    itemFrom: row => ({ item: callFrom(row), warnings: [] }),
  });
  const all = [overrides, stops, calls];
  return {
    content: {
      ...content,
      overrides: overrides.items.toSorted((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
      stops: stops.items.toSorted((a, b) => a.order - b.order),
      calls: calls.items,
    },
    outcomes: all.flatMap(part => part.outcomes),
    rejected: all.flatMap(part => part.rejected),
    warnings: all.flatMap(part => part.warnings),
  };
}

type PartRead<Item> = Readonly<{ item: Item; warnings: readonly CellNote[] }> | Readonly<{ problem: CellNote }>;

type PartKind<C extends Columns, Item> = Readonly<{
  columns: C;
  keyOf: (item: Item) => string;
  nameOf: (given: GivenRow<C>) => string;
  rowOf: (item: Item) => RowOf<C>;
  itemFrom: (row: RowOf<C>) => PartRead<Item>;
}>;

type LaidOver<Item> = Readonly<{ items: readonly Item[] }> & Omit<WithParts, 'content'>;

function laidOver<C extends Columns, Item extends Call | Stop | Override>(
  entries: readonly Entry<C>[],
  stored: readonly Item[],
  kind: PartKind<C, Item>,
): LaidOver<Item> {
  const items = new Map(stored.map(item => [kind.keyOf(item), item]));
  const outcomes: Outcome[] = [];
  const [rejected, warnings]: [RowNote[], RowNote[]] = [[], []];
  for (const entry of entries) {
    const { at } = entry;
    const name = kind.nameOf(entry.given);
    const before = items.get(name);
    const complete = completeRow(kind.columns, before ? kind.rowOf(before) : null, entry);
    if (before && !('problem' in complete) && !complete.differs) {
      outcomes.push('unchanged');
      continue;
    }
    const read = 'problem' in complete ? complete : kind.itemFrom(complete.row);
    if ('problem' in read) rejected.push(noteAt(at, read.problem));
    else {
      items.set(name, read.item);
      outcomes.push(outcomeOf(before, read.item));
      warnings.push(...read.warnings.map(warning => noteAt(at, warning)));
    }
  }
  return { items: [...items.values()], outcomes, rejected, warnings };
}

function overrideRead(row: OverrideRow, content: EventContent): PartRead<Override> {
  const bad = (problem: string) => ({ problem: { column: 'occurrence', value: row.occurrence, problem } });
  if (content.rrule === null) return bad('the event does not repeat');
  const occurrence = occurrenceNamed(row.occurrence, content.when);
  if (!happens(occurrence, content.rrule, content.when)) return bad('the series has no such date');
  const timed = overrideWhen(row, occurrenceWhen(occurrence, content.when), content.when);
  if (timed === null) return { item: overrideFrom(row, occurrence, null), warnings: [] };
  if ('problem' in timed) return timed;
  return { item: overrideFrom(row, occurrence, timed.when), warnings: timed.warnings };
}

/** The occurrence's own time, null where no cell gives one. What is not given is as in the series. */
function overrideWhen(row: OverrideRow, natural: When, series: When): WhenRead | null {
  const { date, start, end, endDate, allDay, timezone } = row;
  if ([date, start, end, endDate, allDay, timezone].every(cell => cell === null)) return null;
  const ordinary = cellsOfWhen(natural);
  const becomesDays = allDay === true && natural.kind === 'timed';
  const day = date ?? ordinary.date;
  const cells: WhenCells = {
    date: day,
    start: start ?? (becomesDays ? null : ordinary.start),
    end: end ?? (becomesDays ? null : ordinary.end),
    // An end that is given is that day's, unless an end_date says otherwise.
    endDate: endDate ?? (end !== null || becomesDays ? null : carriedEnd(ordinary, day)),
    allDay: allDay ?? ordinary.allDay,
    timezone: timezone ?? ordinary.timezone,
  };
  return whenFrom(cells, series.zone);
}
