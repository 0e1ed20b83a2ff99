/** One consistent reading of a production's schedule; what every pure decision about it is made from. */

import type { ScheduledEvent } from './event.ts';
import type { EventId, GroupId, PersonId, ProductionId, VenueId } from './ids.ts';
import type { Constraint, Group, Person, TravelTime, Venue } from './person.ts';
import type { ZoneName } from './when.ts';

export type ScheduleSnapshot = Readonly<{
  production: ProductionId;
  name: string;
  zone: ZoneName;
  /** Raised by every transaction that changes anything below; equal revisions mean equal snapshots. */
  revision: number;
  events: ReadonlyMap<EventId, ScheduledEvent>;
  people: ReadonlyMap<PersonId, Person>;
  venues: ReadonlyMap<VenueId, Venue>;
  groups: ReadonlyMap<GroupId, Group>;
  travel: readonly TravelTime[];
  constraints: readonly Constraint[];
}>;
