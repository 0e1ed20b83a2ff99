/** A person's edit of their copy, read as an edit of the event. Pure. */
import type { EventContent, Override } from '../model/event.ts';
import type { Fields } from '../model/face.ts';
import type { VenueId } from '../model/ids.ts';
import { kinds } from '../model/kinds.ts';
import { occurrenceWhen } from '../model/occurrence.ts';
import type { Venue } from '../model/person.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../model/series.ts';
import { sameWhen, type When } from '../model/when.ts';
import { venuesAt } from './import/places.ts';

export type CopyContext = Readonly<{ venues: ReadonlyMap<VenueId, Venue> }>;
export type FromCopy = Readonly<{ content: EventContent }> | Readonly<{ problem: string }>;

/**
 * The event as it would be with the fields that a person changed in their copy; or one line on why it cannot be so.
 * Notes, links and busy time of a copy are made by callboard and cannot be taken.
 */
export function contentFromCopy(content: EventContent, fields: Fields, context: CopyContext): FromCopy {
  if (fields.notes !== undefined) return { problem: 'the notes above the line are callboard’s and cannot be taken' };
  if (fields.url !== undefined) return { problem: 'an online link is changed in the schedule only' };
  if (fields.busy !== undefined) return { problem: 'busy or free follows the state of the event' };
  let next = content;
  if (fields.when) next = { ...next, when: whenTaken(content.when, fields.when) };
  if (fields.title !== undefined) {
    if (fields.title.trim() === '') return { problem: 'the title was removed' };
    next = { ...next, title: fields.title.trim() };
  }
  if (fields.place !== undefined) {
    const place = placeTaken(fields.place, content, context);
    if ('problem' in place) return place;
    next = { ...next, venue: place.venue };
  }
  return fields.series === undefined ? { content: next } : seriesTaken(next, fields.series, context);
}

/** Whole days have no zone in a calendar: the event's stays. */
function whenTaken(before: When, taken: When): When {
  return taken.kind === 'all-day' ? { ...taken, zone: before.zone } : taken;
}

type Place = Readonly<{ venue: VenueId | null }> | Readonly<{ problem: string }>;

const plain = (text: string) => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** The one venue that a copy's place line means: its id, its name, or `name, address`. */
function placeTaken(place: string, content: EventContent, { venues }: CopyContext): Place {
  const wanted = plain(place);
  if (wanted === '' || (wanted === 'online' && content.onlineUrl !== null)) return { venue: null };
  const found = venuesAt(place, venues.values());
  const [only] = found;
  if (only && found.length === 1) return { venue: only.id };
  return { problem: found.length > 1 ? 'several venues are called so' : 'not a known venue' };
}

function seriesTaken(content: EventContent, series: Series | null, context: CopyContext): FromCopy {
  if (series === null) {
    if (content.rrule === null) return { content };
    return { problem: 'the repetition was removed; cancel the other dates in the schedule' };
  }
  const left = new Set(series.exdates);
  const overrides: Override[] = content.overrides.filter(
    override => override.status === 'cancelled' && left.has(override.occurrence),
  );
  const cancelled = new Set(overrides.map(override => override.occurrence));
  for (const { occurrence, face } of series.overrides) {
    const taken = overrideTaken(content, occurrence, face, context);
    if ('problem' in taken) return taken;
    if (taken.override) overrides.push(taken.override);
  }
  return {
    content: {
      ...content,
      rrule: series.rrule,
      except: series.exdates.filter(occurrence => !cancelled.has(occurrence)),
      overrides: overrides.sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
    },
  };
}

type TakenOverride = Readonly<{ override: Override | null }> | Readonly<{ problem: string }>;

/** Keeps null whatever is as in the series, so that a later change of the series reaches this occurrence too. */
function overrideTaken(
  content: EventContent,
  occurrence: OccurrenceStart,
  face: OccurrenceFace,
  context: CopyContext,
): TakenOverride {
  const known = content.overrides.find(override => override.occurrence === occurrence);
  const place = placeTaken(face.place, content, context);
  // A place that this person may not see is shown as none: it is not theirs to take away.
  const venue = face.place === '' ? { venue: known?.venue ?? null } : place;
  if ('problem' in venue) return venue;
  const shown = [content.title, content.safeTitle, kinds[content.kind].name].map(plain);
  const when = whenTaken(content.when, face.when);
  const override: Override = {
    occurrence,
    status: 'changed',
    when: sameWhen(when, occurrenceWhen(occurrence, content.when)) ? null : when,
    venue: venue.venue === content.venue ? null : venue.venue,
    title: shown.includes(plain(face.title)) ? null : face.title.trim(),
    notes: known?.notes ?? null,
  };
  const plainOccurrence = override.when === null && override.venue === null && override.title === null;
  return { override: plainOccurrence && override.notes === null ? null : override };
}
