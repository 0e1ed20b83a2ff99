/** Events as one reader sees them, as sheets: what iCalendar can carry of an event, in the schedule's own columns. Pure. */
import type { Face } from '../../model/face.ts';
import { occurrenceWhen } from '../../model/occurrence.ts';
import type { Series } from '../../model/series.ts';
import { sameWhen } from '../../model/when.ts';
import { date, line, listOf, newId, oneOf, text, time, yesNo, zone } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';
import { occurrenceName, shownOccurrence } from './occurrence-cell.ts';
import { changedWhenCells } from './overrides.ts';
import { cellsOfWhen } from './sheet-when.ts';
import { type Table, tableOf } from './table.ts';

const states = ['pencilled', 'confirmed', 'cancelled'] as const;

const faceColumns = {
  id: required(newId),
  title: required(line),
  date: required(date),
  start: optional(time),
  end: optional(time),
  endDate: optional(date),
  allDay: optional(yesNo),
  timezone: optional(zone),
  status: optional(oneOf(states)),
  place: optional(line),
  onlineUrl: optional(line),
  rrule: optional(line),
  except: optional(listOf(occurrenceName)),
  notes: optional(text),
};

const occurrenceColumns = {
  event: required(line),
  occurrence: required(occurrenceName),
  date: optional(date),
  start: optional(time),
  end: optional(time),
  endDate: optional(date),
  allDay: optional(yesNo),
  timezone: optional(zone),
  place: optional(line),
  title: optional(line),
  notes: optional(text),
};

export type ShownEvent = Readonly<{ id: string; face: Face; status: 'tentative' | 'confirmed' | 'cancelled' }>;

/** A `schedule` and an `overrides` table. Busy time is told by the status alone. */
export function faceTables(events: readonly ShownEvent[]): readonly [Table, Table] {
  return [
    tableOf(
      'schedule',
      faceColumns,
      events.map(event => ({ row: rowOfFace(event) })),
    ),
    tableOf(
      'overrides',
      occurrenceColumns,
      events.flatMap(({ id, face }) =>
        (face.series?.overrides ?? []).map(each => ({ row: rowOfOccurrence(id, face, each) })),
      ),
    ),
  ];
}

function rowOfFace({ id, face, status }: ShownEvent): RowOf<typeof faceColumns> {
  const { when, title, place, notes, url, series } = face;
  return {
    ...cellsOfWhen(when),
    id,
    title,
    status: status === 'tentative' ? 'pencilled' : status,
    place,
    onlineUrl: url,
    rrule: series?.rrule ?? null,
    except: series?.exdates.map(occurrence => shownOccurrence(occurrence, when)) ?? null,
    notes,
  };
}

/** Only what differs from the series is said. */
function rowOfOccurrence(
  event: string,
  series: Face,
  { occurrence, face }: Series['overrides'][number],
): RowOf<typeof occurrenceColumns> {
  const differing = (field: 'title' | 'place' | 'notes') => (face[field] === series[field] ? null : face[field]);
  const isMoved = !sameWhen(face.when, occurrenceWhen(occurrence, series.when));
  return {
    ...changedWhenCells(isMoved ? face.when : null, series.when),
    event,
    occurrence: shownOccurrence(occurrence, series.when),
    title: differing('title'),
    place: differing('place'),
    notes: differing('notes'),
  };
}
