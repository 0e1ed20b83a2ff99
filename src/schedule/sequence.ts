/** When an edit raises the iCalendar SEQUENCE. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { EventContent } from '../model/event.ts';
import { sameWhen } from '../model/when.ts';

/**
 * Whether the edit changes what an attendee must decide on anew: time, place, rule or status (RFC 5546 section 2.1.4).
 */
export function raisesSequence(before: EventContent, after: EventContent): boolean {
  return (
    !sameWhen(before.when, after.when) ||
    before.venue !== after.venue ||
    before.onlineUrl !== after.onlineUrl ||
    before.rrule !== after.rrule ||
    before.status !== after.status ||
    !isDeepStrictEqual(before.except, after.except) ||
    !isDeepStrictEqual(before.overrides, after.overrides)
  );
}
