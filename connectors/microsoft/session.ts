/** One Outlook calendar for one run of the engine. */
import { canonUrl } from '../../src/ical/text.ts';
import type { Observed, Present } from '../../src/model/copy.ts';
import type { Face, Fields } from '../../src/model/face.ts';
import { brandId, type Cursor, type RemoteId } from '../../src/model/ids.ts';
import { retimed } from '../../src/model/occurrence.ts';
import type { Range } from '../../src/model/when.ts';
import type {
  CalendarSession,
  Change,
  ConnectorDoor,
  Creation,
  Known,
  Page,
  RemoteRef,
  Subscription,
  WatchTarget,
  Written,
} from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { GraphCalendar } from './calendar.ts';
import { canonFields } from './canon.ts';
import { noParts, observedOf, tagOf } from './item.ts';
import { capabilities, limits } from './limits.ts';
import { type Note, readMarks, writeMarks } from './marks.ts';
import type { Notices } from './notices.ts';
import { lookAtEvents, observeCalendar } from './observe.ts';
import { readWhole, readWholes, type Whole, writeDates } from './series.ts';
import { extraDates, keptRule, transactionId, wireFields } from './write.ts';

export class MicrosoftSession implements CalendarSession {
  readonly can = capabilities;
  readonly #door: ConnectorDoor;
  readonly #calendar: GraphCalendar;
  readonly #notices: Notices;
  /** Events that a refused create named, by key. */
  readonly #existing = new Map<string, string>();
  #creates = 0;

  constructor(door: ConnectorDoor, calendar: GraphCalendar, notices: Notices) {
    this.#door = door;
    this.#calendar = calendar;
    this.#notices = notices;
  }

  canon(fields: Fields): Fields {
    return canonFields(fields);
  }

  observe(from: Cursor | null, window: Range, known: Known): AsyncIterable<Page> {
    return observeCalendar({ ...this.#reading(), known, now: this.#door.now() }, from, window);
  }

  async look(remoteIds: readonly RemoteId[]): Promise<readonly Observed[]> {
    const seen = new Map<RemoteId, Observed>();
    for (let at = 0; at < remoteIds.length; at += limits.batch) {
      const { items, throttled } = await lookAtEvents(this.#reading(), remoteIds.slice(at, at + limits.batch));
      if (throttled !== null) throw throttled;
      for (const item of items) seen.set(item.remoteId, item);
    }
    // Where the calendar itself is away, nothing is known of its items.
    if ([...seen.values()].some(({ kind }) => kind === 'gone')) await this.#calendar.confirm();
    return remoteIds.flatMap(id => seen.get(id) ?? []);
  }

  async find({ marker }: Creation): Promise<Present | null> {
    const named = this.#existing.get(marker.key);
    const ids = named === undefined ? (await this.#calendar.marked(marker.key)).map(({ id }) => id) : [named];
    for (const item of await this.look(ids.map(id => brandId<RemoteId>(id)))) {
      if (item.kind === 'present' && item.marker?.key === marker.key) return item;
      if (item.kind === 'unreadable') throw new RemoteError('rejected', item.problem);
    }
    return null;
  }

  /**
   * A series with changed dates is made in steps and marked as half made until the last is done; a repeated create
   * goes on where the first was cut off.
   */
  async create(creation: Creation): Promise<Written> {
    const { marker, face } = creation;
    const half = hasDates(face);
    this.#creates += 1;
    const at = `${this.#door.now()}.${this.#creates}`;
    const note = { ...noteOf(face, marker.version), uid: creation.uid, half, at };
    const singleValueExtendedProperties = writeMarks(marker.key, note);
    try {
      const event = await this.#calendar.create({
        ...wireFields(face, face, null),
        transactionId: transactionId(marker.key),
        singleValueExtendedProperties,
      });
      const whole = { event: { ...event, singleValueExtendedProperties }, parts: noParts };
      return half ? await this.#finish(whole, creation, note) : this.#written(whole);
    } catch (error) {
      const begun = await this.#begun(error, creation);
      if (begun === null) throw error;
      return await this.#finish(begun, creation, note);
    }
  }

  async update(ref: RemoteRef, change: Change): Promise<Written> {
    const whole = await this.#current(ref);
    const seen = this.#observed(whole);
    if (seen.kind !== 'present') throw new RemoteError('rejected', 'the item cannot be read, so it is left alone');
    const wanted: Face = { ...seen.face, ...change.fields };
    const face =
      change.fields.series === undefined ? { ...wanted, series: retimed(wanted.series, wanted.when) } : wanted;
    const { event } = whole;
    const before = readMarks(event).note;
    const note = { ...before, ...noteOf(face, change.marker.version), half: false };
    const singleValueExtendedProperties = writeMarks(change.marker.key, note);
    const html = event.body?.content ?? null;
    const body = { ...wireFields(sentFields(change.fields, seen.face), face, html), singleValueExtendedProperties };
    const changed = await this.#calendar.change(event.id, body, event['@odata.etag'] ?? null);
    const after = { event: { ...changed, singleValueExtendedProperties }, parts: noParts };
    if (!hasParts(whole) && !hasDates(face)) return this.#written(after);
    const now = await readWhole(this.#calendar, event.id, this.#door.zone);
    await writeDates(this.#calendar, now, face, this.#door.zone);
    return this.#written(await readWhole(this.#calendar, event.id, this.#door.zone));
  }

  async remove(ref: RemoteRef): Promise<void> {
    try {
      const { event } = await this.#current(ref);
      await this.#calendar.remove(event.id, event['@odata.etag'] ?? null);
    } catch (error) {
      if (error instanceof RemoteError && error.kind === 'gone' && error.detail.scope === 'item') return;
      throw error;
    }
  }

  async unmark(ref: RemoteRef): Promise<Written> {
    const whole = await this.#current(ref);
    const { event } = whole;
    const singleValueExtendedProperties = writeMarks(null, readMarks(event).note);
    const etag = event['@odata.etag'] ?? null;
    const changed = await this.#calendar.change(event.id, { singleValueExtendedProperties }, etag);
    return this.#written({ event: { ...changed, singleValueExtendedProperties }, parts: whole.parts });
  }

  watch(target: WatchTarget): Promise<Subscription> {
    return this.#notices.watch(target);
  }

  unwatch(subscription: Subscription): Promise<void> {
    return this.#notices.unwatch(subscription);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #reading() {
    return { calendar: this.#calendar, home: this.#door.zone };
  }

  #observed({ event, parts }: Whole): Observed {
    return observedOf(event, parts, this.#door.zone);
  }

  #written(whole: Whole): Written {
    const seen = this.#observed(whole);
    if (seen.kind !== 'present') throw new RemoteError('protocol', 'the event that was written cannot be read');
    return { remoteId: seen.remoteId, tag: seen.tag, observed: seen };
  }

  /**
   * The item as it is, if it is still as it was seen. Nobody promises that Graph heeds If-Match, so this is looked at
   * before every write; and an event to which people were invited is left alone, because Graph would mail them.
   */
  async #current({ remoteId, tag }: RemoteRef): Promise<Whole> {
    const whole = await readWhole(this.#calendar, remoteId, this.#door.zone);
    if (tag !== null && tagOf(whole.event, whole.parts) !== tag) {
      throw new RemoteError('stale', 'somebody else changed the item');
    }
    const guests = [whole.event, ...whole.parts.exceptions].some(({ attendees }) => (attendees?.length ?? 0) > 0);
    if (!guests) return whole;
    throw new RemoteError('forbidden', 'people were invited to this copy in Outlook; changing it would mail them');
  }

  /** The single dates of a series, and after them the mark that it is whole. One that Outlook refuses is taken away. */
  async #finish({ event, parts }: Whole, { marker, face }: Creation, note: Note): Promise<Written> {
    try {
      await writeDates(this.#calendar, { event, parts }, face, this.#door.zone);
    } catch (error) {
      const isRefused = error instanceof RemoteError && /^(?:rejected|unsupported)$/.test(error.kind);
      if (isRefused) await this.#calendar.remove(event.id, null);
      throw error;
    }
    const singleValueExtendedProperties = writeMarks(marker.key, { ...note, half: false });
    await this.#calendar.change(event.id, { singleValueExtendedProperties }, null);
    return this.#written(await readWhole(this.#calendar, event.id, this.#door.zone));
  }

  /** The half-made series that a refused create has met; null: it was something else. */
  async #begun(error: unknown, { marker }: Creation): Promise<Whole | null> {
    if (!(error instanceof RemoteError) || error.kind !== 'exists') return null;
    const named = error.detail.existing;
    if (typeof named === 'string') this.#existing.set(marker.key, named);
    const ids = typeof named === 'string' ? [named] : (await this.#calendar.marked(marker.key)).map(({ id }) => id);
    const { wholes, throttled } = await readWholes(this.#calendar, ids, this.#door.zone);
    if (throttled !== null) throw throttled;
    const begun = [...wholes.values()].find(whole => whole && readMarks(whole.event).note.half);
    return begun ?? null;
  }
}

/** What is kept of the event for the next reading, less its identity. */
function noteOf(face: Face, version: number) {
  return { version, zone: face.when.zone, rrule: keptRule(face), link: canonUrl(face.url) !== null };
}

/** A series that ends, begins or moves is written with its times and its rule, never one without the other. */
function sentFields(fields: Fields, seen: Face): Fields {
  const timed = fields.when !== undefined || fields.series !== undefined;
  return timed ? { ...fields, when: fields.when ?? seen.when } : fields;
}

function hasParts({ parts }: Whole): boolean {
  return parts.exceptions.length + parts.cancelled.length > 0;
}

function hasDates(face: Face): boolean {
  const { series } = face;
  return series !== null && series.exdates.length + series.overrides.length + extraDates(face).length > 0;
}
