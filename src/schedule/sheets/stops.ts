/** The stops sheet: the places of a recce in order. */
import type { Stop } from '../../model/event.ts';
import { brandId, type EventId } from '../../model/ids.ts';
import { clock, count, idOf, line, listOf, oneOf, text } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

export const stopsColumns = {
  event: required(idOf('event')),
  order: required(count),
  venue: required(idOf('venue')),
  arrive: optional(clock),
  leave: optional(clock),
  contact: optional(line),
  notes: optional(text),
  part: optional(oneOf(['meet', 'stop', 'finish', 'return'])),
  lunchStart: optional(clock),
  lunchEnd: optional(clock),
  shootDays: optional(listOf(idOf('event'))),
};
export type StopRow = RowOf<typeof stopsColumns>;

/** Order 0 is the meet (the sample's README). */
export function stopFrom(row: StopRow): Stop {
  const { event, ...stop } = row;
  return {
    ...stop,
    venue: brandId(row.venue),
    part: row.part ?? (row.order === 0 ? 'meet' : 'stop'),
    contact: row.contact ?? '',
    notes: row.notes ?? '',
    shootDays: (row.shootDays ?? []).map(id => brandId<EventId>(id)),
  };
}

export function rowOfStop(event: string, stop: Stop): StopRow {
  return { ...stop, event };
}
