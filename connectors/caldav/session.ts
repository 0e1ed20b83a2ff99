/** One CalDAV calendar for one run of the engine. */
import { canonFields } from '../../src/ical/canon.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { editResource, unmarkResource, writeResource } from '../../src/ical/write.ts';
import type { Observed, Present } from '../../src/model/copy.ts';
import type { Fields } from '../../src/model/face.ts';
import type { Cursor, RemoteId, Tag } from '../../src/model/ids.ts';
import type { Range } from '../../src/model/when.ts';
import type {
  CalendarSession,
  Change,
  ConnectorDoor,
  Creation,
  Known,
  Page,
  RemoteRef,
  Written,
} from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { Collection, type Condition } from './collection.ts';
import { goneError } from './errors.ts';
import { observedOf } from './item.ts';
import { capabilities, limits } from './limits.ts';
import { chunks, fetchItems, observeCollection } from './observe.ts';

export class CaldavSession implements CalendarSession {
  readonly can = capabilities;
  readonly #door: ConnectorDoor;
  readonly #collection: Collection;

  constructor(door: ConnectorDoor, url: string, user: string | null) {
    this.#door = door;
    this.#collection = new Collection(door, url, user);
  }

  canon(fields: Fields): Fields {
    return canonFields(fields);
  }

  observe(from: Cursor | null, _window: Range, known: Known): AsyncIterable<Page> {
    return observeCollection({ collection: this.#collection, zone: this.#door.zone, known }, from);
  }

  async look(remoteIds: readonly RemoteId[]): Promise<readonly Observed[]> {
    const seen: Observed[] = [];
    const reading = { collection: this.#collection, zone: this.#door.zone };
    for (const some of chunks(remoteIds, limits.batch * capabilities.parallel)) {
      seen.push(...(await fetchItems(reading, some, new Map())));
    }
    return seen;
  }

  /** The item at the key's own name, or, where a server or a person has renamed it, the one with UID and marker. */
  async find(creation: Creation): Promise<Present | null> {
    const id = this.#idOf(creation);
    const resources = [await this.#collection.fetchOne(id)];
    if (resources[0]?.text === null) resources.push(...(await this.#collection.fetchByUid(creation.uid)));
    for (const resource of resources) {
      const seen = observedOf(resource, this.#door.zone, new Map());
      if (seen.kind === 'unreadable' && resource.id === id) throw new RemoteError('rejected', seen.problem);
      if (seen.kind === 'present' && (resource.id === id || seen.marker?.key === creation.marker.key)) return seen;
    }
    return null;
  }

  async create(creation: Creation): Promise<Written> {
    const id = this.#idOf(creation);
    const text = written(() => writeResource(creation, this.#door.now()));
    try {
      return await this.#put(id, text, 'absent');
    } catch (error) {
      throw await this.#explained(error, creation);
    }
  }

  async update(ref: RemoteRef, change: Change): Promise<Written> {
    return this.#edit(ref, native => editResource(native, change, this.#door.now()));
  }

  async remove(ref: RemoteRef): Promise<void> {
    await this.#collection.remove(ref.remoteId, ref.tag);
  }

  async unmark(ref: RemoteRef): Promise<Written> {
    return this.#edit(ref, unmarkResource);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #idOf({ marker }: Creation): RemoteId {
    return this.#collection.idOf(`${marker.key}.ics`);
  }

  async #edit({ remoteId, tag, native }: RemoteRef, edit: (native: string) => string): Promise<Written> {
    let [text, version] = [native, tag];
    if (text === null || version === null) {
      const there = await this.#collection.fetchOne(remoteId);
      if (there.text === null) throw goneError('item', 404);
      if (tag !== null && there.tag !== tag) throw new RemoteError('stale', 'somebody else changed the item');
      [text, version] = [there.text, there.tag];
    }
    const source = text;
    return this.#put(
      remoteId,
      written(() => edit(source)),
      version,
    );
  }

  /** A server that names no tag is asked at once what it has stored. */
  async #put(remoteId: RemoteId, text: string, condition: Condition): Promise<Written> {
    const tag: Tag | null = await this.#collection.put(remoteId, text, condition);
    if (tag !== null) return { remoteId, tag, observed: null };
    const there = await this.#collection.fetchOne(remoteId);
    const seen = observedOf(there, this.#door.zone, new Map());
    return { remoteId, tag: there.tag, observed: seen.kind === 'present' ? seen : null };
  }

  /** Two refusals of a create that the server does not make clear. */
  async #explained(error: unknown, creation: Creation): Promise<unknown> {
    if (!(error instanceof RemoteError) || error.kind !== 'rejected') return error;
    if (error.detail.precondition === 'no-uid-conflict') {
      const found = await this.find(creation);
      if (found !== null) return new RemoteError('exists', 'the item is there under another name');
      return new RemoteError('rejected', 'another item with the UID of this event is in the calendar', {
        detail: error.detail,
      });
    }
    // RFC 4918 section 9.7.1: 409 for a member of a collection that is not there.
    if (error.detail.status === 409) await this.#collection.confirm();
    return error;
  }
}

/** What iCalendar cannot hold is refused before anything is sent. */
function written(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof IcalError) throw new RemoteError('rejected', error.message, { cause: error });
    throw error;
  }
}
