/** An event as the engine sees it. Pure. */
import { IcalError } from '../../src/ical/ical-error.ts';
import { oneLine } from '../../src/ical/text.ts';
import type { GuestResponse, Observed, Present } from '../../src/model/copy.ts';
import type { Face } from '../../src/model/face.ts';
import { shortHash } from '../../src/model/identity.ts';
import { brandId, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { occurrenceOn, occurrenceWhen } from '../../src/model/occurrence.ts';
import type { Answer } from '../../src/model/reply.ts';
import type { Busy, OccurrenceFace, OccurrenceStart, Series } from '../../src/model/series.ts';
import { isLocalDate, localAt, sameWhen, type When, type ZoneName } from '../../src/model/when.ts';
import { blockOf, readBlock } from './body.ts';
import { type Note, readMarks } from './marks.ts';
import { fittedTo, ruleOf, sameRecurrence } from './pattern.ts';
import { readTimes, recurrenceZone, seriesZone, singleZone, utcOf } from './times.ts';
import type { GraphEvent, Recurrence } from './wire.ts';

/** What belongs to a series beside its master. */
export type SeriesParts = Readonly<{
  exceptions: readonly GraphEvent[];
  /** Dates, in the zone of the series, on which an occurrence was taken away. */
  cancelled: readonly string[];
}>;

export const noParts: SeriesParts = { exceptions: [], cancelled: [] };

/** @param home the zone of whole days, of events given in UTC, and of those whose zone means nothing */
export function observedOf(event: GraphEvent, parts: SeriesParts, home: ZoneName): Observed {
  const remoteId = brandId<RemoteId>(event.id);
  const tag = tagOf(event, parts);
  const unreadable = (problem: string): Observed => ({ kind: 'unreadable', remoteId, tag, problem });
  const { marker, note } = readMarks(event);
  if (note.half && marker !== null) return unreadable('callboard was interrupted while it wrote this series');
  try {
    return presentOf(event, parts, home) ?? unreadable('it has no start or no end that can be read');
  } catch (error) {
    if (error instanceof IcalError || error instanceof RangeError) return unreadable(error.message);
    throw error;
  }
}

/** The version of an event, and of a series that of everything in it. */
export function tagOf(event: GraphEvent, { exceptions, cancelled }: SeriesParts): Tag | null {
  const etag = event['@odata.etag'];
  if (!etag) return null;
  if (!event.recurrence) return brandId<Tag>(etag);
  const inside = exceptions.map(each => [each.id, each['@odata.etag']]).sort();
  return brandId<Tag>(`${etag}#${shortHash(JSON.stringify([inside, [...cancelled].sort()]))}`);
}

/** null: it has no times. Throws IcalError for a rule that is out of bounds. */
function presentOf(event: GraphEvent, parts: SeriesParts, home: ZoneName): Present | null {
  const { marker, note } = readMarks(event);
  const known = event.recurrence ? seriesZone(event, note.zone) : singleZone(event, note.zone, home);
  const when = readTimes(event, known ?? home, note.zone ?? home);
  if (when === null) return null;
  const { notes, url } = readBlock(blockOf(event.body?.content ?? ''), note.link);
  const busy = busyOf(event);
  const plain = { title: oneLine(event.subject ?? ''), place: placeOf(event), notes };
  const face: Face = { when, ...plain, url, busy, series: null };
  const series = event.recurrence ? seriesOf(event.recurrence, parts, { face, note }) : null;
  return {
    kind: 'present',
    remoteId: brandId<RemoteId>(event.id),
    tag: tagOf(event, parts),
    face: { ...face, series },
    marker,
    uid: note.uid ?? event.iCalUId ?? null,
    native: null,
    blocks: busy !== 'free' && event.responseStatus?.response !== 'declined',
    remark: known === null && when.kind === 'timed' ? 'zone-guessed' : null,
    response: responseOf(event),
  };
}

const answers: Readonly<Record<string, Answer>> = {
  accepted: 'accepted',
  tentativelyAccepted: 'tentative',
  declined: 'declined',
};

/** What the owner of the mailbox answered; null: nothing, or the meeting is their own. */
function responseOf({ isOrganizer, responseStatus }: GraphEvent): GuestResponse | null {
  const answer = answers[responseStatus?.response ?? ''];
  if (isOrganizer !== false || answer === undefined) return null;
  const at = Date.parse(responseStatus?.time ?? '');
  // Year 1 stands for never.
  return { answer, at: at > 0 ? at : null, comment: '', attendee: null };
}

type Master = Readonly<{ face: Face; note: Note }>;

function seriesOf(recurrence: Recurrence, { exceptions, cancelled }: SeriesParts, master: Master): Series {
  const { when } = master.face;
  const { rrule, extra } = ruleGiven(recurrence, master);
  const out = cancelled.filter(isLocalDate).filter(date => !extra.includes(date));
  const left = new Set<OccurrenceStart>(out.map(date => occurrenceOn(date, when)));
  const overrides = new Map<OccurrenceStart, OccurrenceFace>();
  for (const exception of exceptions) {
    const occurrence = occurrenceOf(exception, when);
    const own = occurrence && occurrenceFace(exception, master);
    if (occurrence === null || own === null) continue;
    if (exception.isCancelled) left.add(occurrence);
    else if (!isPlain(own, occurrence, master.face)) overrides.set(occurrence, own);
  }
  return {
    rrule,
    exdates: [...left].sort(),
    overrides: [...overrides]
      .filter(([occurrence]) => !left.has(occurrence))
      .map(([occurrence, face]) => ({ occurrence, face }))
      .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
  };
}

/** The rule as we gave it, as long as nobody has changed the pattern, and the dates that the pattern has too many. */
function ruleGiven(recurrence: Recurrence, { face: { when }, note }: Master) {
  const fitted = note.rrule === null ? null : fittedTo(note.rrule, when, recurrenceZone(when));
  if (fitted !== null && note.rrule !== null && sameRecurrence(fitted.recurrence, recurrence)) {
    return { rrule: note.rrule, extra: fitted.extra };
  }
  return { rrule: ruleOf(recurrence, when), extra: [] };
}

/** The original start of an occurrence by its name in the series; null: it does not say. */
export function occurrenceOf({ originalStart, start }: GraphEvent, when: When): OccurrenceStart | null {
  const said = originalStart ?? start?.dateTime;
  if (!said) return null;
  const instant = utcOf(said);
  if (when.kind === 'timed') return brandId<OccurrenceStart>(localAt(instant, when.zone));
  // Midnight of a day, be it in UTC or in a zone.
  const day = /T00:00:00/.test(said) ? said.slice(0, 10) : localAt(instant, when.zone).slice(0, 10);
  return isLocalDate(day) ? occurrenceOn(day, when) : null;
}

/** null: it has no times. */
export function occurrenceFace(exception: GraphEvent, { face, note }: Master): OccurrenceFace | null {
  const when = readTimes(exception, face.when.zone, face.when.zone);
  if (when === null) return null;
  const html = exception.body?.content;
  return {
    when,
    title: oneLine(exception.subject ?? ''),
    place: placeOf(exception),
    notes: html == null ? face.notes : readBlock(blockOf(html), note.link).notes,
    busy: busyOf(exception),
  };
}

/** Whether an occurrence that has a record of its own says what the series says. */
function isPlain(own: OccurrenceFace, occurrence: OccurrenceStart, { when, title, place, notes, busy }: Face): boolean {
  const same = own.title === title && own.place === place && own.notes === notes && own.busy === busy;
  return same && sameWhen(own.when, occurrenceWhen(occurrence, when));
}

function placeOf({ location }: GraphEvent): string {
  return oneLine(location?.displayName ?? '');
}

function busyOf({ showAs, isCancelled }: GraphEvent): Busy {
  if (isCancelled || showAs === 'free' || showAs === 'workingElsewhere') return 'free';
  return showAs === 'tentative' ? 'tentative' : 'busy';
}
