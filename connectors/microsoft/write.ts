/** Events as they are sent to Graph. Attendees are never among it: Graph would mail them. Pure. */
import { IcalError } from '../../src/ical/ical-error.ts';
import { normaliseRule } from '../../src/ical/rule.ts';
import { canonUrl, oneLine } from '../../src/ical/text.ts';
import type { Face, Fields } from '../../src/model/face.ts';
import type { CopyKey } from '../../src/model/ids.ts';
import type { OccurrenceFace } from '../../src/model/series.ts';
import type { LocalDate } from '../../src/model/when.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { blockWith, bodyHtml } from './body.ts';
import { capabilities } from './limits.ts';
import { type Fitted, fittedTo } from './pattern.ts';
import { recurrenceZone, writeTimes } from './times.ts';

const { titleChars, placeChars } = capabilities.limits;

/** The same on every retry. */
export function transactionId(key: CopyKey): string {
  return key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * The named fields of an event, and nothing else of it.
 * @param face as the whole is to be @param before the body as it stands; null: none
 */
export function wireFields(fields: Fields, face: Face, before: string | null): Readonly<Record<string, unknown>> {
  const timed = fields.when !== undefined || fields.series !== undefined;
  const written = fields.notes !== undefined || fields.url !== undefined;
  return {
    ...(fields.title !== undefined && { subject: oneLine(face.title, titleChars) }),
    ...(fields.place !== undefined && { location: wirePlace(face.place) }),
    ...(written && { body: wireBody(face.notes, face.url, before) }),
    ...(fields.busy !== undefined && { showAs: face.busy }),
    ...(timed && { ...writeTimes(face.when, face.series !== null), recurrence: fitted(face)?.recurrence ?? null }),
  };
}

/** One date of a series as it is to be. */
export function wireOccurrence(face: OccurrenceFace, url: string | null, before: string | null) {
  return {
    subject: oneLine(face.title, titleChars),
    location: wirePlace(face.place),
    body: wireBody(face.notes, url, before),
    showAs: face.busy,
    ...writeTimes(face.when, true),
  };
}

/** The rule in the form we keep. Throws RemoteError `rejected`. */
export function keptRule({ series, when }: Face): string | null {
  try {
    return series && normaliseRule(series.rrule, when);
  } catch (error) {
    if (error instanceof IcalError) throw new RemoteError('rejected', error.message, { cause: error });
    throw error;
  }
}

/** Dates that the pattern of a series has and its rule has not: to be taken out one by one. */
export function extraDates(face: Face): readonly LocalDate[] {
  return fitted(face)?.extra ?? [];
}

/** null: no series. Throws RemoteError `unsupported` for a rule that Outlook cannot hold. */
function fitted(face: Face): Fitted | null {
  const rule = keptRule(face);
  if (rule === null) return null;
  const found = fittedTo(rule, face.when, recurrenceZone(face.when));
  if (found !== null) return found;
  throw new RemoteError('unsupported', 'Outlook has no pattern for the rule of this series: enter its dates singly');
}

function wirePlace(place: string) {
  return { displayName: oneLine(place, placeChars) };
}

function wireBody(notes: string, url: string | null, before: string | null) {
  return { contentType: 'html', content: bodyHtml(blockWith(notes, canonUrl(url)), before) };
}
