/** Series: what differs from the pattern is read beside the master, and written date by date. */
import { occurrences } from '../../src/ical/expand.ts';
import type { Face } from '../../src/model/face.ts';
import { occurrenceOn, occurrenceWhen } from '../../src/model/occurrence.ts';
import type { OccurrenceFace, OccurrenceStart } from '../../src/model/series.ts';
import { rangeOf, type ZoneName } from '../../src/model/when.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { GraphCalendar } from './calendar.ts';
import { goneError } from './errors.ts';
import { noParts, observedOf, occurrenceFace, occurrenceOf, type SeriesParts } from './item.ts';
import { limits } from './limits.ts';
import { readMarks } from './marks.ts';
import type { GraphEvent, Recurrence } from './wire.ts';
import { readEvent } from './wire.ts';
import { extraDates, wireOccurrence } from './write.ts';

/** An event with all that belongs to it. */
export type Whole = Readonly<{ event: GraphEvent; parts: SeriesParts }>;
export type Wholes = Readonly<{ wholes: ReadonlyMap<string, Whole | null>; throttled: RemoteError | null }>;

const day = 86_400_000;
const mostOccurrences = 3000;

/** These events with their parts; null: not there. What is left out there was no time for (`throttled`). */
export async function readWholes(calendar: GraphCalendar, ids: readonly string[], home: ZoneName): Promise<Wholes> {
  const found = await calendar.get(ids);
  const masters = [...found.events.values()].filter(event => event?.recurrence);
  const series = await calendar.getSeries(masters.flatMap(event => event?.id ?? []));
  const wholes = new Map<string, Whole | null>();
  for (const [id, event] of found.events) {
    if (event === null || !event.recurrence) {
      wholes.set(id, event && { event, parts: noParts });
    } else if (series.events.has(event.id)) {
      const said = series.events.get(event.id);
      wholes.set(id, said ? { event, parts: await partsOf(calendar, event, said, home) } : null);
    }
  }
  return { wholes, throttled: found.throttled ?? series.throttled };
}

/** One of them. Throws `gone`, `throttled`. */
export async function readWhole(calendar: GraphCalendar, id: string, home: ZoneName): Promise<Whole> {
  const { wholes, throttled } = await readWholes(calendar, [id], home);
  if (throttled !== null) throw throttled;
  const whole = wholes.get(id);
  if (whole) return whole;
  // Where the calendar itself is away, nothing is known of the item.
  await calendar.confirm();
  throw goneError('item', { status: 404 });
}

async function partsOf(
  calendar: GraphCalendar,
  master: GraphEvent,
  said: GraphEvent,
  home: ZoneName,
): Promise<SeriesParts> {
  const list: unknown[] = Array.isArray(said.exceptionOccurrences) ? said.exceptionOccurrences : [];
  const exceptions = list.flatMap(value => readEvent(value) ?? []);
  const named = said.cancelledOccurrences?.flatMap(text => /(\d{4}-\d\d-\d\d)$/.exec(text)?.[1] ?? []);
  const cancelled = named ?? (await missingDates(calendar, master, exceptions, home));
  return { exceptions, cancelled: [...new Set(cancelled)].sort() };
}

/** Dates of the pattern on which there is no occurrence: delta is silent about them, and so is Graph here and there. */
async function missingDates(
  calendar: GraphCalendar,
  master: GraphEvent,
  exceptions: readonly GraphEvent[],
  home: ZoneName,
): Promise<readonly string[]> {
  const seen = observedOf({ ...master, singleValueExtendedProperties: null }, noParts, home);
  if (seen.kind !== 'present' || seen.face.series === null) return [];
  const { when, series } = seen.face;
  const { from } = rangeOf(when);
  const range = { from: from - day, to: from - day + limits.windowMs };
  const there = [...(await calendar.instances(master.id, range)), ...exceptions];
  const names = new Set(there.map(instance => occurrenceOf(instance, when)));
  const { starts } = occurrences(when, { ...series, exdates: [], overrides: [] }, range, mostOccurrences);
  return starts.flatMap(({ occurrence }) => (names.has(occurrence) ? [] : occurrence.slice(0, 10)));
}

/** Brings the single dates of a series to what `face` says of them. Throws `unsupported` for a date that is not its. */
export async function writeDates(calendar: GraphCalendar, whole: Whole, face: Face, home: ZoneName): Promise<void> {
  const { series } = face;
  if (series === null) return;
  const gone = [...series.exdates, ...extraDates(face).map(date => occurrenceOn(date, face.when))];
  const wantedOff = new Set(gone.map(occurrence => occurrence.slice(0, 10)));
  let current = whole;
  if (current.parts.cancelled.some(date => !wantedOff.has(date))) {
    current = await withAllDates(calendar, current, home);
    if (current.parts.cancelled.some(date => !wantedOff.has(date))) {
      throw new RemoteError('unsupported', 'Outlook does not bring back a date that was taken out of a series');
    }
  }
  const { event, parts } = current;
  const changed = new Map(parts.exceptions.map(one => [occurrenceOf(one, face.when), one] as const));
  const wanted = new Map(series.overrides.map(one => [one.occurrence, one.face] as const));
  const off = gone.filter(occurrence => !parts.cancelled.includes(occurrence.slice(0, 10)));
  const fresh = [...off, ...wanted.keys()].filter(occurrence => !changed.has(occurrence));
  const instances = await instancesAt(calendar, event, face, fresh);
  await removeAll(
    calendar,
    off.flatMap(occurrence => changed.get(occurrence) ?? instances.get(occurrence) ?? []),
  );
  const { note } = readMarks(event);
  for (const [occurrence, own] of wanted) {
    const exception = changed.get(occurrence);
    const instance = exception ?? instances.get(occurrence);
    if (!instance) throw new RemoteError('unsupported', 'a changed date of the series is none of its own dates');
    if (exception && isSame(occurrenceFace(exception, { face, note }), own)) continue;
    const before = exception?.body?.content ?? event.body?.content ?? null;
    await calendar.change(instance.id, wireOccurrence(own, face.url, before), null);
  }
  for (const [occurrence, exception] of changed) {
    if (occurrence === null || wanted.has(occurrence) || gone.includes(occurrence)) continue;
    const natural = { ...face, when: occurrenceWhen(occurrence, face.when) };
    if (isSame(occurrenceFace(exception, { face, note }), natural)) continue;
    await calendar.change(exception.id, wireOccurrence(natural, face.url, exception.body?.content ?? null), null);
  }
}

/** As many at once as the mailbox takes; the first failure is told when none is under way any more. */
async function removeAll(calendar: GraphCalendar, instances: readonly GraphEvent[]): Promise<void> {
  const done = await Promise.allSettled(instances.map(({ id }) => calendar.remove(id, null)));
  for (const one of done) if (one.status === 'rejected') throw one.reason;
}

/** Another pattern and back makes Outlook forget every single date that was changed or taken out. */
async function withAllDates(calendar: GraphCalendar, { event }: Whole, home: ZoneName): Promise<Whole> {
  if (event.recurrence) {
    await calendar.change(event.id, { recurrence: anotherRange(event.recurrence) }, null);
    await calendar.change(event.id, { recurrence: event.recurrence }, null);
  }
  return await readWhole(calendar, event.id, home);
}

function anotherRange({ pattern, range }: Recurrence): Recurrence {
  const { startDate, recurrenceTimeZone } = range;
  const zone = recurrenceTimeZone === undefined ? {} : { recurrenceTimeZone };
  const numberOfOccurrences = range.numberOfOccurrences === 1 ? 2 : 1;
  return { pattern, range: { type: 'numbered', startDate, ...zone, numberOfOccurrences } };
}

/** The unchanged occurrences that start at these times. */
async function instancesAt(
  calendar: GraphCalendar,
  event: GraphEvent,
  face: Face,
  names: readonly OccurrenceStart[],
): Promise<ReadonlyMap<OccurrenceStart | null, GraphEvent>> {
  if (names.length === 0) return new Map();
  const ranges = names.map(name => rangeOf(occurrenceWhen(name, face.when)));
  const from = Math.min(...ranges.map(range => range.from)) - 2 * day;
  const to = Math.max(...ranges.map(range => range.to)) + 2 * day;
  const instances = await calendar.instances(event.id, { from, to: Math.min(to, from + limits.windowMs) });
  return new Map(instances.map(instance => [occurrenceOf(instance, face.when), instance] as const));
}

function isSame(seen: OccurrenceFace | null, wanted: OccurrenceFace): boolean {
  if (seen === null) return false;
  const texts = (['title', 'place', 'notes', 'busy'] as const).every(field => seen[field] === wanted[field]);
  const at = (face: OccurrenceFace) => JSON.stringify(rangeOf(face.when));
  return texts && seen.when.kind === wanted.when.kind && at(seen) === at(wanted);
}
