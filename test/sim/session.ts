/** The connector of a simulated provider. Every request is handed to the world, which decides what becomes of it. */
import type { Observed, Present } from '../../src/model/copy.ts';
import type { Fields } from '../../src/model/face.ts';
import { brandId, type Cursor, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { overlaps, type Range, rangeOf } from '../../src/model/when.ts';
import type {
  CalendarSession,
  Capabilities,
  Change,
  Creation,
  Known,
  Page,
  RemoteRef,
  Written,
} from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { Item, SimCalendar } from './calendar.ts';
import { normaliseFields } from './habits.ts';
import type { Prng } from './prng.ts';

/** Sends one request; `perform` is what it does when it reaches the provider. */
export type Request = <T>(
  spec: Readonly<{
    kind: 'read' | 'write';
    calendar: SimCalendar;
    label: string;
    key: string | null;
    /** What a write is about to say. */
    fields: Fields;
    perform(): T;
  }>,
) => Promise<T>;

export class SimSession implements CalendarSession {
  readonly can: Capabilities;
  readonly #calendar: SimCalendar;
  readonly #request: Request;
  readonly #random: Prng;
  readonly #lags: () => boolean;

  /** @param lags whether the list of changes asked for now is one of a little while ago */
  constructor(calendar: SimCalendar, request: Request, random: Prng, lags: () => boolean) {
    this.#calendar = calendar;
    this.#request = request;
    this.#random = random;
    this.#lags = lags;
    const { family, conditional, delta, whole, fields, titleChars, notesChars, parallel } = calendar.habits;
    this.can = {
      writes: true,
      conditional,
      ownIds: family !== 'graph',
      idsReusable: family !== 'google',
      chosenUid: family !== 'graph',
      delta,
      deletionsInDelta: true,
      wholeSnapshot: whole,
      push: false,
      fields,
      limits: { titleChars, placeChars: 200, notesChars },
      parallel,
      verified: '2027-01-01',
    };
  }

  canon(fields: Fields): Fields {
    return normaliseFields(fields, this.#calendar.habits);
  }

  async *observe(from: Cursor | null, window: Range, known: Known): AsyncGenerator<Page> {
    if (from === null || !this.can.delta) yield* this.#listing(window, known);
    else yield* this.#changes(from, window);
  }

  async look(remoteIds: readonly RemoteId[]): Promise<readonly Observed[]> {
    return this.#read('look', () => remoteIds.map(id => this.#sightOf(id)));
  }

  async find(creation: Creation): Promise<Present | null> {
    return this.#read('find', () => {
      const found = this.#calendar.find(creation);
      return found && this.#calendar.present(found);
    });
  }

  async create(creation: Creation): Promise<Written> {
    const { key, version } = creation.marker;
    return this.#write(`create v${version}`, key, creation.face, () => this.#calendar.create(creation));
  }

  async update(ref: RemoteRef, change: Change): Promise<Written> {
    const { key, version } = change.marker;
    const label = `update v${version} ${Object.keys(change.fields).join(',')} at ${ref.tag}`;
    return this.#write(label, key, change.fields, () =>
      this.#calendar.update(ref.remoteId, ref.tag, ref.native, change),
    );
  }

  async unmark(ref: RemoteRef): Promise<Written> {
    return this.#write(`unmark ${ref.remoteId}`, null, {}, () => this.#calendar.unmark(ref.remoteId, ref.tag));
  }

  async remove(ref: RemoteRef): Promise<void> {
    await this.#request({
      kind: 'write',
      calendar: this.#calendar,
      label: `remove ${ref.remoteId} at ${ref.tag}`,
      key: null,
      fields: {},
      perform: () => this.#calendar.remove(ref.remoteId, ref.tag),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #read<T>(label: string, perform: () => T): Promise<T> {
    return this.#request({ kind: 'read', calendar: this.#calendar, label, key: null, fields: {}, perform });
  }

  async #write(label: string, key: string | null, fields: Fields, perform: () => Item): Promise<Written> {
    const item = await this.#request({ kind: 'write', calendar: this.#calendar, label, key, fields, perform });
    const observed = this.#calendar.habits.family === 'caldav' ? null : this.#calendar.present(item);
    return { remoteId: brandId<RemoteId>(item.id), tag: brandId<Tag>(item.tag), observed };
  }

  #sightOf(id: string): Observed {
    const item = this.#calendar.state.item(id);
    return item ? this.#calendar.present(item) : { kind: 'gone', remoteId: brandId<RemoteId>(id) };
  }

  /** By id, so that what is there all along is always listed; the cursor is that of the beginning. */
  async *#listing(window: Range, known: Known): AsyncGenerator<Page> {
    const { state, habits } = this.#calendar;
    let token = '';
    let after = '';
    for (let last = false; !last; ) {
      const part = await this.#read(`list after ${after || 'start'}`, () => {
        if (token === '') token = state.token;
        else if (state.changesSince(token, 0) === null) throw new RemoteError('cursor-expired', 'paging was reset');
        const all = state.items().filter(item => item.id > after && (habits.whole || isWithin(item, window)));
        return { items: all.slice(0, habits.pageSize), more: all.length > habits.pageSize };
      });
      const items = part.items.map(item => this.#calendar.present(item));
      after = part.items.at(-1)?.id ?? after;
      last = !part.more;
      const tags = await known(items.map(item => item.remoteId));
      const isKnown = (item: Present) => item.tag !== null && tags.get(item.remoteId) === item.tag;
      yield* this.#dressed({
        kind: 'snapshot',
        items: items.filter(item => !isKnown(item)),
        unchanged: items.filter(isKnown).map(item => item.remoteId),
        last,
        // Also with the pages before: it is good only once the last has come.
        next: brandId<Cursor>(habits.delta ? token : 'none'),
      });
    }
  }

  async *#changes(from: Cursor, window: Range): AsyncGenerator<Page> {
    const { state, habits } = this.#calendar;
    let token: string = from;
    const newest = this.#lags() ? this.#random.between(1, 3) : 0;
    for (let last = false; !last; ) {
      const at = token;
      const part = await this.#read(`changes since ${at}`, () => {
        if (newest === 0) return state.changesSince(at, habits.pageSize);
        const all = state.changesSince(at);
        const told = all && all.changed.length + all.removed.length - newest;
        const shown = state.changesSince(at, Math.max(0, Math.min(habits.pageSize, told ?? 0)));
        return shown && { ...shown, more: (told ?? 0) > habits.pageSize };
      });
      if (part === null) throw new RemoteError('cursor-expired', 'the cursor is no longer good');
      const outside = (item: Item) => !habits.whole && !isWithin(item, window);
      const doubtful = part.changed.filter(item => outside(item) || this.#random.chance(habits.falseRemovals));
      const sure = part.changed.filter(item => !doubtful.includes(item));
      const confirmed = doubtful.length === 0 ? [] : await this.look(doubtful.map(item => brandId<RemoteId>(item.id)));
      const items = [
        ...part.removed.map(id => ({ kind: 'gone' as const, remoteId: brandId<RemoteId>(id) })),
        ...sure.map(item => this.#calendar.present(item)),
        ...confirmed,
      ];
      token = part.token;
      last = !part.more;
      yield* this.#dressed({ kind: 'delta', items, unchanged: [], last, next: brandId<Cursor>(token) });
    }
  }

  /** The page with the oddities of its provider. */
  async *#dressed(page: Page): AsyncGenerator<Page> {
    const { emptyPages, repeatedPages, doubledItems } = this.#calendar.habits;
    const before = { ...page, last: false };
    if (this.#random.chance(emptyPages)) yield { ...before, items: [], unchanged: [] };
    if (this.#random.chance(repeatedPages)) yield before;
    if (this.#random.chance(doubledItems)) yield { ...page, items: page.items.flatMap(item => [item, item]) };
    else yield page;
  }
}

function isWithin({ content }: Item, window: Range): boolean {
  return content.face.series !== null || overlaps(rangeOf(content.face.when), window);
}
