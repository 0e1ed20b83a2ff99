/** Guests: their copies, their replies, and the mails that Google would send them. Section 11. */
import type { SandboxEvent } from './google-event.ts';
import { refusal } from './google-refusal.ts';
import type { Writing } from './google-writes.ts';

type Guest = NonNullable<SandboxEvent['attendees']>[number];

/** What the organiser writes reaches the guests' own calendars; of what a guest writes, only the reply goes back. */
export function tellGuests(writing: Writing, before: SandboxEvent | null, after: SandboxEvent): void {
  const guests = after.attendees ?? [];
  if (guests.length === 0 && (before?.attendees ?? []).length === 0) return;
  if (after.organizer?.self === true) inform(writing, before, after, guests);
  else reply(writing, after, guests);
}

function inform(writing: Writing, before: SandboxEvent | null, after: SandboxEvent, guests: readonly Guest[]): void {
  const { world, calendar, sendUpdates } = writing;
  const known = new Set((before?.attendees ?? []).map(({ email }) => email));
  const added = guests.filter(({ email }) => !known.has(email) && email !== calendar.id);
  const { guestQuota } = world.switches;
  if (guestQuota !== null && added.length > guestQuota) {
    throw refusal(403, 'quotaExceeded', { message: 'Calendar usage limits exceeded.' });
  }
  if (guestQuota !== null) world.switches.guestQuota = guestQuota - added.length;
  const others = guests.flatMap(({ email }) => (email == null || email === calendar.id ? [] : [email]));
  if (sendUpdates !== 'none') world.invitations.push({ eventId: after.id ?? '', to: others, sendUpdates });
  for (const email of others) {
    const theirs = world.calendars().find(({ id }) => id === email);
    theirs?.put(copyFor(email, after, theirs.item(after.id ?? '')?.content ?? null));
  }
}

/** Private parts of a copy are its owner's. */
function copyFor(email: string, event: SandboxEvent, old: SandboxEvent | null): SandboxEvent {
  const { extendedProperties, ...shared } = event;
  const attendees = (event.attendees ?? []).map(({ self: _, ...guest }) =>
    guest.email === email ? { ...guest, self: true } : guest,
  );
  const { email: organizer, displayName } = event.organizer ?? {};
  const own = {
    ...(extendedProperties?.shared && { shared: extendedProperties.shared }),
    ...(old?.extendedProperties?.private && { private: old.extendedProperties.private }),
  };
  return {
    ...shared,
    attendees,
    organizer: {
      ...(organizer !== undefined && { email: organizer }),
      ...(displayName !== undefined && { displayName }),
    },
    ...(Object.keys(own).length > 0 && { extendedProperties: own }),
    ...(old?.reminders && { reminders: old.reminders }),
  };
}

function reply({ world, calendar }: Writing, after: SandboxEvent, guests: readonly Guest[]): void {
  const organizer = world.calendars().find(({ id }) => id === after.organizer?.email);
  const event = organizer?.item(after.id ?? '')?.content;
  const answer = guests.find(({ email }) => email === calendar.id)?.responseStatus;
  if (!organizer || !event || answer == null) return;
  const attendees = (event.attendees ?? []).map(guest =>
    guest.email === calendar.id ? { ...guest, responseStatus: answer } : guest,
  );
  organizer.put({ ...event, attendees });
}
