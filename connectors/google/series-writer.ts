/**
 * Writing a series. Google takes the rule in one request and each changed occurrence in one more, so a write may be
 * cut off in between: what is left over is written when the series is next found or updated.
 */
import { IcalError } from '../../src/ical/ical-error.ts';
import type { Change, Creation } from '../../src/model/copy.ts';
import type { Face, Fields } from '../../src/model/face.ts';
import { retimed } from '../../src/model/occurrence.ts';
import type { RemoteRef } from '../../src/sync/connector.ts';
import { RemoteError, type RemoteKind } from '../../src/sync/remote-error.ts';
import { type EventPatch, patchOf } from './body.ts';
import { canonFace } from './canon.ts';
import type { GoogleClient } from './client.ts';
import { detailsOf, type Family, isCancelled, isSeries } from './details.ts';
import { goneError } from './errors.ts';
import { occurrenceWrites } from './exceptions.ts';
import { readExceptions, readFamily } from './family.ts';
import { readFace, tagOf } from './item.ts';
import { closedProperty } from './marker.ts';
import type { Zones } from './moment.ts';
import { recurrenceLines } from './series.ts';
import type { GoogleEvent } from './wire.ts';

export class SeriesWriter {
  readonly #client: GoogleClient;
  readonly #zones: Zones;

  constructor(client: GoogleClient, zones: Zones) {
    this.#client = client;
    this.#zones = zones;
  }

  /** @param change its fields are canonical. Throws `stale`, `gone`, `rejected`. */
  async update(ref: RemoteRef, change: Change): Promise<Family> {
    const family = await readUnchanged(this.#client, ref);
    const { face } = written(() => readFace(family, this.#zones, false));
    const wanted = wantedFace(face, change.fields);
    const timed = change.fields.when !== undefined || change.fields.series !== undefined;
    const recurrence = timed ? written(() => recurrenceOf(wanted, isSeries(family.master))) : {};
    const patch = { ...patchOf(change, detailsOf(family.master).own), ...recurrence };
    const master = await patchLive(this.#client, family.master.id, family.master.etag, patch);
    const isPlain = family.exceptions.length === 0 && wanted.series?.overrides.length === 0;
    if (isPlain || !isSeries(master)) return { master, exceptions: [] };
    return await halfDone(async () => {
      const { family: after, refusal } = await this.#writeOccurrences(master, wanted, change.status);
      if (refusal !== null) throw refusal;
      return after;
    });
  }

  /** The changed occurrences of a new series, and then the word that it is whole. */
  async finish(creation: Creation, made: GoogleEvent): Promise<Family> {
    return await halfDone(async () => {
      const { refusal } = await this.#writeOccurrences(made, canonFace(creation.face), creation.status);
      await patchLive(this.#client, made.id, null, { extendedProperties: { private: closedProperty } });
      if (refusal !== null) throw refusal;
      const family = await readFamily(this.#client, made.id);
      if (family === null) throw goneError('item', 410);
      return family;
    });
  }

  /** An occurrence that Google will not have does not keep the others from being written. */
  async #writeOccurrences(
    master: GoogleEvent,
    wanted: Face,
    status: Change['status'],
  ): Promise<Readonly<{ family: Family; refusal: RemoteError | null }>> {
    const family = await readExceptions(this.#client, master, []);
    const writes = written(() => occurrenceWrites(family, wanted, status, this.#zones));
    let refusal: RemoteError | null = null;
    for (const { id, etag, body } of writes) {
      try {
        await this.#client.patch(id, etag, body);
      } catch (error) {
        if (!(error instanceof RemoteError) || !ofOneOccurrence.has(error.kind)) throw error;
        refusal ??= new RemoteError('rejected', `a changed occurrence: ${error.message}`, { detail: error.detail });
      }
    }
    const after = writes.length === 0 ? family : await readExceptions(this.#client, master, []);
    return { family: after, refusal };
  }
}

const ofOneOccurrence: ReadonlySet<RemoteKind> = new Set(['rejected', 'forbidden', 'gone', 'unsupported']);

/** The event with what differs from it, as it is now. Throws `stale` if it is not as the tag says, `gone`. */
export async function readUnchanged(client: GoogleClient, { remoteId, tag }: RemoteRef): Promise<Family> {
  const family = await readFamily(client, remoteId);
  if (family === null) throw goneError('item', 410);
  if (tag !== null && tagOf(family) !== tag) throw new RemoteError('stale', 'somebody else changed the event');
  return family;
}

/** A patch of an event that somebody deleted brings nothing back. Throws `stale`, `gone`. */
export async function patchLive(
  client: GoogleClient,
  id: string,
  etag: string | null,
  patch: EventPatch,
): Promise<GoogleEvent> {
  const event = await client.patch(id, etag, patch);
  if (isCancelled(event)) throw goneError('item', 410);
  return event;
}

/** What Google cannot hold is refused before it is sent. */
export function written<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (error instanceof IcalError) throw new RemoteError('rejected', error.message, { cause: error });
    throw error;
  }
}

/** The first of several requests has had its effect: whatever befalls the others, the write is not undone. */
async function halfDone<Value>(rest: () => Promise<Value>): Promise<Value> {
  try {
    return await rest();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { kind, message, retryAt, detail } = error;
    throw new RemoteError(kind, message, { outcome: 'unknown', retryAt, detail, cause: error });
  }
}

/** What is there, with the change upon it; occurrences keep their day where only the time of the series moves. */
function wantedFace(face: Face, fields: Fields): Face {
  const wanted: Face = { ...face, ...fields };
  if (fields.when === undefined || fields.series !== undefined) return wanted;
  return { ...wanted, series: retimed(face.series, wanted.when) };
}

function recurrenceOf({ series, when }: Face, wasSeries: boolean): Pick<EventPatch, 'recurrence'> {
  if (series === null) return wasSeries ? { recurrence: null } : {};
  return { recurrence: recurrenceLines(series, when) };
}
