/** Faces as bodies of requests. A patch says only what changed; nobody is ever invited, and no reminder is set. Pure. */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import type { Change, Creation } from '../../src/model/copy.ts';
import type { Fields } from '../../src/model/face.ts';
import type { Busy, OccurrenceFace } from '../../src/model/series.ts';
import { canonFace } from './canon.ts';
import { markProperties, openProperty } from './marker.ts';
import { newMoments, patchMoments } from './moment.ts';
import { recurrenceLines } from './series.ts';
import { writeDescription } from './text.ts';

export type NewEvent = calendar_v3.Schema$Event;
/** The library's types do not know that null takes a private property away. */
export type EventPatch = Omit<calendar_v3.Schema$Event, 'extendedProperties'> & {
  extendedProperties?: { private: Readonly<Record<string, string | null>> };
};

type Status = Creation['status'];

/** Throws IcalError `bad-rule`, RemoteError `rejected`. */
export function newEvent(creation: Creation): NewEvent {
  const face = canonFace(creation.face);
  const { series } = face;
  const open = series !== null && series.overrides.length > 0 ? openProperty : {};
  return {
    id: creation.marker.key,
    summary: face.title,
    description: writeDescription(face.notes, ''),
    ...(face.place !== '' && { location: face.place }),
    ...(face.url !== null && { source: sourceOf(face.url) }),
    ...newMoments(face.when),
    ...shownAs(face.busy, creation.status),
    ...(series && { recurrence: recurrenceLines(series, face.when) }),
    extendedProperties: { private: { ...markProperties(creation.marker, creation.uid), ...open } },
  };
}

/**
 * Everything of a change but its series. The fields are canonical.
 * @param own the person's notes that stand below ours
 */
export function patchOf(change: Change, own: string): EventPatch {
  const { when, title, place, notes, url, busy }: Fields = change.fields;
  return {
    ...(title !== undefined && { summary: title }),
    ...(place !== undefined && { location: place === '' ? null : place }),
    ...(notes !== undefined && { description: writeDescription(notes, own) }),
    ...(url !== undefined && { source: url === null ? null : sourceOf(url) }),
    ...(when !== undefined && patchMoments(when)),
    ...(busy !== undefined && shownAs(busy, change.status)),
    extendedProperties: { private: markProperties(change.marker, null) },
  };
}

/** One occurrence made to show this. */
export function occurrencePatch(face: OccurrenceFace, own: string, status: Status): EventPatch {
  return {
    summary: face.title,
    location: face.place === '' ? null : face.place,
    description: writeDescription(face.notes, own),
    ...patchMoments(face.when),
    ...shownAs(face.busy, status),
  };
}

function shownAs(busy: Busy, status: Status): Pick<NewEvent, 'status' | 'transparency'> {
  return {
    status: busy === 'tentative' ? 'tentative' : status,
    transparency: busy === 'free' ? 'transparent' : 'opaque',
  };
}

function sourceOf(url: string): { title: string; url: string } {
  return { title: 'callboard', url };
}
