/** A calendar on the Google sandbox, as Google's own page shows and changes it. */
import type { SandboxEvent } from '../../../../connectors/sandbox/google-event.ts';
import type { GoogleHand } from '../../../../connectors/sandbox/google-hand.ts';
import { brandId } from '../../../model/ids.ts';
import { type LocalDate, localAt, type When, type ZoneName } from '../../../model/when.ts';
import type { Diary, Entry } from '../diary.ts';

export function googleDiary(hand: GoogleHand): Diary {
  const { id: name, zone } = hand.calendar;
  return {
    provider: 'google',
    name,
    entries: () =>
      hand
        .events()
        .filter(isEntry)
        .map(event => entryOf(event, zone)),
    add: ({ title, place, when }) => void hand.add({ summary: title, location: place, ...momentsOf(when) }),
    change: (id, { title, when }) =>
      hand.edit(id, { ...(title !== undefined && { summary: title }), ...(when !== undefined && momentsOf(when)) }),
    remove: id => hand.remove(id),
  };
}

/** Not the single dates of a series that differ from it. */
const isEntry = ({ status, recurringEventId }: SandboxEvent) => status !== 'cancelled' && recurringEventId == null;

function entryOf(event: SandboxEvent, zone: ZoneName): Entry {
  return {
    id: event.id ?? '',
    uid: event.extendedProperties?.private?.['callboardUid'] ?? null,
    title: event.summary ?? '',
    place: event.location ?? '',
    when: whenOf(event, zone),
    repeats: (event.recurrence?.length ?? 0) > 0,
  };
}

function whenOf({ start, end }: SandboxEvent, home: ZoneName): When {
  if (start?.date != null) {
    const day = (date: string | null | undefined) => brandId<LocalDate>(date ?? '');
    return { kind: 'all-day', start: day(start.date), end: day(end?.date), zone: home };
  }
  const zone = brandId<ZoneName>(start?.timeZone ?? home);
  const local = (time: string | null | undefined) => localAt(Date.parse(time ?? ''), zone);
  return { kind: 'timed', start: local(start?.dateTime), end: local(end?.dateTime), zone };
}

function momentsOf({ kind, start, end, zone }: When) {
  const moment = (at: string) => (kind === 'all-day' ? { date: at } : { dateTime: at, timeZone: zone });
  return { start: moment(start), end: moment(end) };
}
