/** One person's calendar at its provider: the sandbox's model of a calendar, filled with faces instead of wire text. */
import { CalendarState, type SandboxItem, type Stored } from '../../connectors/sandbox/calendar-state.ts';
import type { Change, Creation, Marker, Present } from '../../src/model/copy.ts';
import type { Face } from '../../src/model/face.ts';
import { brandId, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { type Habits, normaliseFace } from './habits.ts';

export type Content = Readonly<{
  face: Face;
  marker: Marker | null;
  /** What the owner wrote below the line. */
  own: string;
  /** Graph: the key of the create request. */
  transaction: string | null;
}>;
export type Item = SandboxItem<Content>;

/** A write of the engine that had its effect. */
export type EngineWrite = Readonly<{
  verb: 'create' | 'update' | 'remove' | 'unmark';
  id: string;
  before: Item | null;
  after: Item | null;
  /** The version that the engine had merged; null: none. */
  tag: string | null;
  late: boolean;
}>;

export class SimCalendar {
  readonly name: string;
  readonly person: string;
  readonly habits: Habits;
  readonly state: CalendarState<Content>;
  /** Everything the provider was ever sent, for the search for what it must not know. */
  readonly received: string[] = [];
  onWrite: (write: EngineWrite) => void = () => undefined;
  #made = 0;
  #late = false;

  constructor(name: string, person: string, habits: Habits) {
    this.name = name;
    this.person = person;
    this.habits = habits;
    this.state = new CalendarState<Content>({
      normalise: content => ({ ...content, face: normaliseFace(content.face, habits) }),
      sharesUids: habits.family !== 'caldav',
      reusesIds: habits.family !== 'google',
    });
  }

  items(): readonly Item[] {
    return this.state.items();
  }

  marked(): readonly Item[] {
    return this.items().filter(item => item.content.marker !== null);
  }

  /** As the connector of this provider would hand the item over. */
  present({ id, uid, tag, content }: Item): Present {
    return {
      kind: 'present',
      remoteId: brandId<RemoteId>(id),
      tag: brandId<Tag>(tag),
      face: content.face,
      marker: content.marker,
      uid: this.habits.family === 'graph' ? null : uid,
      native: JSON.stringify(content),
      blocks: content.face.busy !== 'free',
      remark: null,
    };
  }

  /** Runs writes of the engine as ones that come long after they were sent. */
  asLate(perform: () => void): void {
    this.#late = true;
    try {
      perform();
    } finally {
      this.#late = false;
    }
  }

  create({ marker, uid, face }: Creation): Item {
    this.received.push(JSON.stringify(face));
    const content = { face, marker, own: '', transaction: marker.key };
    if (this.habits.family !== 'graph') {
      const stored = this.state.put(idOf(marker.key), uid, content, { absent: true });
      const holder = stored.outcome === 'uid-taken' ? this.state.item(stored.holder) : null;
      if (holder?.content.marker?.key === marker.key) throw exists();
      return this.#wrote('create', null, null, stored);
    }
    if (this.items().some(item => item.content.transaction === marker.key)) throw exists();
    const id = this.freshId();
    return this.#wrote('create', null, null, this.state.put(id, id, content));
  }

  /** @param native the item as it was handed over */
  update(id: string, tag: string | null, native: string | null, change: Change): Item {
    this.received.push(JSON.stringify(change.fields));
    const before = this.#there(id, tag);
    const known: Content = native === null ? before.content : JSON.parse(native);
    // CalDAV stores a whole text made from what was read; the others take fields. Notes are one text everywhere.
    const under = this.habits.family === 'caldav' && this.habits.conditional ? known : before.content;
    const own = change.fields.notes === undefined ? under.own : known.own;
    const content = { ...under, own, face: { ...under.face, ...change.fields }, marker: change.marker };
    return this.#wrote('update', before, tag, this.state.put(id, before.uid, content, this.#guard(tag)));
  }

  unmark(id: string, tag: string | null): Item {
    const before = this.#there(id, tag);
    const content = { ...before.content, marker: null, transaction: null };
    return this.#wrote('unmark', before, tag, this.state.put(id, before.uid, content, this.#guard(tag)));
  }

  remove(id: string, tag: string | null): void {
    const before = this.state.item(id);
    const outcome = this.state.remove(id, this.#guard(tag));
    if (outcome === 'stale') throw new RemoteError('stale', 'changed since');
    if (before) this.onWrite({ verb: 'remove', id, before, after: null, tag, late: this.#late });
  }

  find({ marker, uid }: Creation): Item | null {
    const named = this.habits.family === 'graph' ? null : this.state.item(idOf(marker.key));
    if (named !== null || this.habits.family === 'google') return named;
    const isIt = ({ content, uid: own }: Item) =>
      content.marker?.key === marker.key && (this.habits.family === 'graph' || own === uid);
    return this.items().find(isIt) ?? null;
  }

  freshId(): string {
    this.#made += 1;
    return `${this.name}-${String(this.#made).padStart(4, '0')}`;
  }

  #there(id: string, tag: string | null): Item {
    const before = this.state.item(id);
    if (before !== null) return before;
    // A conditional PUT upon nothing is refused like one upon something else (RFC 9110 section 13.1.1).
    const stale = this.habits.family === 'caldav' && this.habits.conditional && tag !== null;
    throw stale ? new RemoteError('stale', 'changed since') : new RemoteError('gone', 'no such item');
  }

  #guard(tag: string | null) {
    return this.habits.conditional && tag !== null ? { tag } : {};
  }

  #wrote(verb: EngineWrite['verb'], before: Item | null, tag: string | null, stored: Stored<Content>): Item {
    switch (stored.outcome) {
      case 'created':
      case 'replaced':
        this.onWrite({ verb, id: stored.item.id, before, after: stored.item, tag, late: this.#late });
        return stored.item;
      case 'stale':
        throw new RemoteError('stale', 'changed since');
      case 'uid-taken':
        throw new RemoteError('rejected', 'another item has this UID');
      case 'exists':
      case 'id-spent':
        throw exists();
    }
  }
}

function idOf(key: string): string {
  return `${key}.item`;
}

function exists(): RemoteError {
  return new RemoteError('exists', 'the key is taken');
}
