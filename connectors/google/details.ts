/** What one event says by itself, without its series. Pure. */
import { canonUrl, oneLine } from '../../src/ical/text.ts';
import type { GuestResponse } from '../../src/model/copy.ts';
import type { Face } from '../../src/model/face.ts';
import { answers } from '../../src/model/reply.ts';
import { readDescription } from './text.ts';
import type { GoogleEvent } from './wire.ts';

/** What Google keeps apart: an event, and the occurrences of it that were changed or cancelled. */
export type Family = Readonly<{ master: GoogleEvent; exceptions: readonly GoogleEvent[] }>;

export type Details = Pick<Face, 'title' | 'place' | 'notes' | 'url' | 'busy'> &
  Readonly<{
    /** The person's own notes, as they stand. */
    own: string;
    blocks: boolean;
  }>;

export function detailsOf(event: GoogleEvent): Details {
  const { ours, own } = readDescription(event.description);
  const blocks = blocksTime(event);
  return {
    title: oneLine(event.summary ?? ''),
    place: oneLine(event.location ?? ''),
    notes: ours,
    own,
    url: canonUrl(event.source?.url ?? null),
    busy: !blocks ? 'free' : isTentative(event) ? 'tentative' : 'busy',
    blocks,
  };
}

export function isCancelled(event: GoogleEvent): boolean {
  return event.status === 'cancelled';
}

export function isSeries(event: GoogleEvent): boolean {
  return event.recurrence !== null && event.recurrence.length > 0;
}

function blocksTime(event: GoogleEvent): boolean {
  const holdsNoTime = event.eventType === 'birthday' || event.eventType === 'workingLocation';
  const isDeclined = ownerOf(event)?.responseStatus === 'declined';
  return event.transparency !== 'transparent' && !isCancelled(event) && !isDeclined && !holdsNoTime;
}

function isTentative(event: GoogleEvent): boolean {
  return event.status === 'tentative' || ownerOf(event)?.responseStatus === 'tentative';
}

/** What the calendar's owner answered to the invitation that this event is; Google does not say when. */
export function responseOf(event: GoogleEvent): GuestResponse | null {
  const { responseStatus, comment } = ownerOf(event) ?? { responseStatus: null, comment: null };
  const answer = answers.find(one => one === responseStatus);
  if (event.organizer?.self === true || answer === undefined) return null;
  return { answer, at: null, comment: comment ?? '', attendee: null };
}

/** The guest whose calendar this is. */
function ownerOf({ attendees }: GoogleEvent) {
  return attendees?.find(({ self }) => self === true) ?? null;
}
