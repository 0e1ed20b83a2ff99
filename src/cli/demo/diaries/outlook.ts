/** A calendar on the Microsoft sandbox, as Outlook shows and changes it. */
import { z } from 'zod';
import type { StoredEvent, StoredTimes } from '../../../../connectors/sandbox/microsoft-event.ts';
import type { MicrosoftHand } from '../../../../connectors/sandbox/microsoft-hand.ts';
import { brandId } from '../../../model/ids.ts';
import type { LocalDate, LocalDateTime, When, ZoneName } from '../../../model/when.ts';
import type { Diary, Entry } from '../diary.ts';

/** @param name the mailbox */
export function outlookDiary(hand: MicrosoftHand, name: string): Diary {
  return {
    provider: 'microsoft',
    name,
    entries: () => hand.all().map(({ id, event }) => entryOf(id, event)),
    add: ({ title, place, when }) =>
      void hand.add({ subject: title, location: { displayName: place }, ...timesOf(when) }),
    change: (id, { title, when }) =>
      hand.edit(id, { ...(title !== undefined && { subject: title }), ...(when !== undefined && timesOf(when)) }),
    remove: id => hand.remove(id),
  };
}

function entryOf(id: string, { fields, recurrence, properties }: StoredEvent): Entry {
  const { subject: title, place, times } = fields;
  return { id, uid: uidOf(properties), title, place, when: whenOf(times), repeats: recurrence !== null };
}

function whenOf({ isAllDay, start, end, zone: { iana } }: StoredTimes): When {
  const zone = brandId<ZoneName>(iana);
  if (!isAllDay) return { kind: 'timed', start: brandId<LocalDateTime>(start), end: brandId<LocalDateTime>(end), zone };
  const day = (local: string) => brandId<LocalDate>(local.slice(0, 10));
  return { kind: 'all-day', start: day(start), end: day(end), zone };
}

function timesOf({ kind, start, end, zone }: When) {
  const isAllDay = kind === 'all-day';
  const moment = (at: string) => ({ dateTime: isAllDay ? `${at}T00:00:00` : at, timeZone: zone });
  return { start: moment(start), end: moment(end), isAllDay };
}

const note = z.object({ uid: z.string().nullish() });

/** From what callboard left on the event, which Outlook does not show. */
function uidOf(properties: StoredEvent['properties']): string | null {
  const [, text] = [...properties].find(([id]) => id.endsWith(' Name callboard.event')) ?? [];
  return text === undefined ? null : (note.safeParse(JSON.parse(text)).data?.uid ?? null);
}
