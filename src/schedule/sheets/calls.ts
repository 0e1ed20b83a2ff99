/** The calls sheet: one person's own times on one event. */
import type { Call } from '../../model/event.ts';
import { brandId, type PersonId, type VenueId } from '../../model/ids.ts';
import { type Cell, clock, count, idOf, line, oneOf, text } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

const home = 'home';
const venueOrHome: Cell<string> = {
  ...line,
  references: id => (id === home ? [] : [{ to: 'venue', id }]),
};

export const callsColumns = {
  event: required(idOf('event')),
  person: required(idOf('person')),
  pickup: optional(clock),
  arrive: optional(clock),
  makeup: optional(clock),
  onSet: optional(clock),
  release: optional(clock),
  notes: optional(text),
  basis: optional(oneOf(['stated', 'default', 'pickup', 'rest'])),
  driver: optional(idOf('person')),
  pickupFrom: optional(venueOrHome),
  performingMinutes: optional(count),
  joinAt: optional(idOf('venue')),
};
export type CallRow = RowOf<typeof callsColumns>;

export function callFrom(row: CallRow): Call {
  const { event, ...call } = row;
  return {
    ...call,
    person: brandId(row.person),
    driver: row.driver === null ? null : brandId<PersonId>(row.driver),
    joinAt: row.joinAt === null ? null : brandId<VenueId>(row.joinAt),
    notes: row.notes ?? '',
  };
}

export function rowOfCall(event: string, call: Call): CallRow {
  return { ...call, event };
}
