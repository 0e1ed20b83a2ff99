/** A repeating event: the rule, the dates left out, and the occurrences that differ. */
import type { Branded } from './ids.ts';
import type { When } from './when.ts';

/**
 * The original start of one occurrence, in the series' own wall time: `2027-03-08T10:00:00`, or `2027-03-08` for
 * whole days (RFC 5545 RECURRENCE-ID, read in the zone of DTSTART).
 */
export type OccurrenceStart = Branded<string, 'OccurrenceStart'>;

/** What one changed occurrence shows in a calendar. It replaces the occurrence whole (RFC 5545 section 3.8.4.4). */
export type OccurrenceFace = Readonly<{
  when: When;
  title: string;
  place: string;
  notes: string;
  busy: Busy;
}>;

export type Busy = 'busy' | 'free' | 'tentative';

export type Series = Readonly<{
  /** RFC 5545 RRULE value without the name, e.g. `FREQ=WEEKLY;BYDAY=MO;UNTIL=20270524T090000Z`. */
  rrule: string;
  /** Sorted; occurrences left out or cancelled. */
  exdates: readonly OccurrenceStart[];
  /** Sorted by occurrence. */
  overrides: readonly Readonly<{ occurrence: OccurrenceStart; face: OccurrenceFace }>[];
}>;
