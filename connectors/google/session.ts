/** One Google calendar for one run of the engine. */
import type { Observed, Present } from '../../src/model/copy.ts';
import type { Fields } from '../../src/model/face.ts';
import type { Cursor, RemoteId } from '../../src/model/ids.ts';
import type { Range, ZoneName } from '../../src/model/when.ts';
import type {
  CalendarSession,
  Change,
  Creation,
  Known,
  Page,
  RemoteRef,
  Subscription,
  WatchTarget,
  Written,
} from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { newEvent, patchOf } from './body.ts';
import { canonOf } from './canon.ts';
import type { GoogleClient } from './client.ts';
import { detailsOf, type Family, isSeries } from './details.ts';
import { readExceptions, readFamily } from './family.ts';
import { etagOf, isSeriesTag, observedOf, presentOf, remoteIdOf, tagOf } from './item.ts';
import { capabilities } from './limits.ts';
import { isOpen, noProperties } from './marker.ts';
import type { Zones } from './moment.ts';
import { observeCalendar } from './observe.ts';
import { patchLive, readUnchanged, SeriesWriter, written } from './series-writer.ts';

export class GoogleSession implements CalendarSession {
  readonly can = capabilities;
  readonly #client: GoogleClient;
  readonly #zones: Zones;
  readonly #writes: boolean;
  readonly #series: SeriesWriter;

  /** @param writes whether this calendar is linked for writing */
  constructor(client: GoogleClient, home: ZoneName, writes: boolean) {
    this.#client = client;
    this.#zones = { home, calendar: null };
    this.#writes = writes;
    this.#series = new SeriesWriter(client, this.#zones);
  }

  canon(fields: Fields): Fields {
    return canonOf(fields);
  }

  observe(from: Cursor | null, _window: Range, known: Known): AsyncIterable<Page> {
    return observeCalendar({ client: this.#client, home: this.#zones.home, known, writes: this.#writes }, from);
  }

  async look(remoteIds: readonly RemoteId[]): Promise<readonly Observed[]> {
    const seen: Observed[] = [];
    for (const remoteId of remoteIds) {
      const family = await readFamily(this.#client, remoteId);
      seen.push(family === null ? { kind: 'gone', remoteId } : observedOf(family, this.#zones));
    }
    // A calendar that is lost answers for each of its events that there is none.
    if (seen.some(({ kind }) => kind === 'gone')) await this.#client.confirm();
    return seen;
  }

  /** The event under the key's own id. A series that was cut off while it was written is written to its end. */
  async find(creation: Creation): Promise<Present | null> {
    const family = await readFamily(this.#client, creation.marker.key);
    if (family === null) return null;
    const whole = isOpen(family.master) ? await this.#series.finish(creation, family.master) : family;
    return written(() => presentOf(whole, this.#zones));
  }

  async create(creation: Creation): Promise<Written> {
    const event = written(() => newEvent(creation));
    const made = await this.#client.insert(event);
    return this.#shown(isOpen(made) ? await this.#series.finish(creation, made) : { master: made, exceptions: [] });
  }

  async update(ref: RemoteRef, change: Change): Promise<Written> {
    const fields = canonOf(change.fields);
    if (isSeriesTag(ref.tag) || fields.series || ref.tag === null) {
      return this.#shown(await this.#series.update(ref, { ...change, fields }));
    }
    const own = fields.notes !== undefined && ref.native === null ? await this.#ownNotes(ref) : (ref.native ?? '');
    const master = await patchLive(this.#client, ref.remoteId, etagOf(ref.tag), patchOf({ ...change, fields }, own));
    return this.#shown(isSeries(master) ? await readExceptions(this.#client, master, []) : { master, exceptions: [] });
  }

  async remove(ref: RemoteRef): Promise<void> {
    const id = ref.remoteId;
    try {
      const etag = isSeriesTag(ref.tag) ? (await readUnchanged(this.#client, ref)).master.etag : ref.tag;
      await this.#client.remove(id, etag);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.kind === 'gone') return;
      // A deletion changes the etag as well.
      if (error.kind !== 'stale' || (await readFamily(this.#client, id)) !== null) throw error;
    }
  }

  async unmark(ref: RemoteRef): Promise<Written> {
    const etag = ref.tag === null ? null : etagOf(ref.tag);
    const master = await patchLive(this.#client, ref.remoteId, etag, { extendedProperties: { private: noProperties } });
    return this.#shown(isSeries(master) ? await readExceptions(this.#client, master, []) : { master, exceptions: [] });
  }

  async watch(target: WatchTarget): Promise<Subscription> {
    return this.#client.watch(target);
  }

  async unwatch(subscription: Subscription): Promise<void> {
    try {
      await this.#client.unwatch(subscription);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.kind !== 'gone') throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #ownNotes(ref: RemoteRef): Promise<string> {
    return detailsOf((await readUnchanged(this.#client, ref)).master).own;
  }

  /** The write is done, whether or not we understand what came of it. */
  #shown(family: Family): Written {
    const seen = observedOf(family, this.#zones);
    const observed = seen.kind === 'present' ? seen : null;
    return { remoteId: remoteIdOf(family.master.id), tag: tagOf(family), observed };
  }
}
