/** The people of the production office: they edit the schedule and decide about cards. */
import type { EventContent, Invitee, Override, ScheduledEvent } from '../../src/model/event.ts';
import { brandId, type EventId, type PersonId, type VenueId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { ConflictError, EditError } from '../../src/schedule/errors.ts';
import { cancelEvent, saveEvent, undoEvent } from '../../src/schedule/save.ts';
import { type Repositories, StoreError } from '../../src/store/store.ts';
import { ResolveError, resolveFinding } from '../../src/sync/resolve.ts';
import { blankContent } from '../blank.ts';
import type { Prng } from './prng.ts';
import { everyone, tide, venues } from './stage.ts';
import type { Token } from './tokens.ts';
import type { World } from './world.ts';

type Typed = Readonly<{
  changes: Partial<EventContent>;
  typed: readonly (readonly [Token['field'], string, unknown])[];
}>;
type Deed =
  | 'create'
  | 'edit'
  | 'edit-several'
  | 'move'
  | 'cancel'
  | 'undo'
  | 'people'
  | 'occurrence'
  | 'status'
  | 'blind';

export class Office {
  readonly #world: World;
  readonly #random: Prng;
  /** Tier P3: shown by title only to those named on it. */
  readonly secret: string | null;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.humans;
    this.secret = this.#random.chance(0.4) ? (world.stage.events.at(-1) ?? null) : null;
  }

  async act(): Promise<void> {
    const id = brandId<EventId>(this.#random.pick(this.#world.stage.events));
    const event = await this.#world.store.read(r => r.schedule.event(tide, id));
    if (event === null || event.content.status === 'cancelled') return this.#do('create', id, event);
    const deed = this.#random.weighted<Deed>({
      create: 0,
      edit: 6,
      'edit-several': 3,
      move: 5,
      cancel: 1.2,
      undo: 1,
      people: 1.5,
      occurrence: event.content.rrule === null ? 0 : 4,
      status: 0.7,
      blind: 1,
    });
    return this.#do(deed, id, event);
  }

  /** Everything at once: what the brakes are for. */
  async cancelMany(): Promise<void> {
    for (const name of this.#world.stage.events) {
      const id = brandId<EventId>(name);
      const event = await this.#world.store.read(r => r.schedule.event(tide, id));
      if (event && event.content.status !== 'cancelled' && this.#random.chance(0.8))
        await this.#do('cancel', id, event);
    }
  }

  async createAll(): Promise<void> {
    for (const name of this.#world.stage.events) await this.#do('create', brandId<EventId>(name), null);
  }

  /** Decides an open card, whichever way. */
  async decide(): Promise<void> {
    const open = await this.#world.store.read(r => r.findings.list(tide, 'open'));
    if (open.length === 0) return;
    const { id, key, kind } = this.#random.pick(open);
    const removal = ['canonical', 'theirs', 'suggestion:1', 'suggestion:2'] as const;
    const choice = kind === 'removal' ? this.#random.pick(removal) : this.#random.pick(removal.slice(0, 2));
    this.#world.history.add(`office decides ${key}: ${choice}`);
    this.#world.counts.edits += 1;
    try {
      const watched = { ...this.#world.store, write: this.#write };
      await resolveFinding(watched, { id, choice, by: 'Bethan', now: this.#world.now, held: [] });
    } catch (error) {
      if (!(error instanceof ResolveError || error instanceof StoreError || error instanceof EditError)) throw error;
    }
  }

  /** Lifts every brake. */
  async release(): Promise<boolean> {
    const braked = (await this.#world.store.read(r => r.findings.list(tide, 'open'))).filter(
      one => one.kind === 'brake',
    );
    for (const { id } of braked) {
      const watched = { ...this.#world.store, write: this.#write };
      await resolveFinding(watched, { id, choice: 'canonical', by: 'Bethan', now: this.#world.now, held: [] });
    }
    return braked.length > 0;
  }

  readonly #write = <T>(work: (r: Repositories) => Promise<T>): Promise<T> =>
    this.#world.transitions.write(this.#world.store, work, () => undefined);

  async #do(deed: Deed, id: EventId, event: ScheduledEvent | null): Promise<void> {
    const world = this.#world;
    const edit = { production: tide, id, by: 'Bethan', source: 'web' as const, now: world.now, held: [] };
    const expected = event?.version ?? null;
    const { changes, typed } = this.#changes(deed, event);
    try {
      if (deed === 'create') {
        const content = { ...this.#blank(id), ...changes };
        await this.#write(r => saveEvent(r, { ...edit, expected: event === null ? null : expected, content }));
      } else if (event === null || expected === null) return;
      else if (deed === 'cancel') await this.#write(r => cancelEvent(r, { ...edit, expected }));
      else if (deed === 'undo') {
        const to = this.#random.between(Math.max(1, expected - 4), expected);
        await this.#write(r => undoEvent(r, { ...edit, expected, to }));
      } else if (deed === 'blind') {
        // Somebody with an old page open.
        const history = await world.store.read(r => r.schedule.history(tide, id));
        const old = this.#random.pick(history);
        if (old.content.status === 'cancelled' || old.content.rrule !== event.content.rrule) return;
        const content = { ...old.content, ...changes };
        await this.#write(r => saveEvent(r, { ...edit, expected: old.version, content }));
      } else await this.#write(r => saveEvent(r, { ...edit, expected, content: { ...event.content, ...changes } }));
    } catch (error) {
      if (error instanceof ConflictError || error instanceof EditError || error instanceof StoreError) return;
      throw error;
    }
    world.counts.edits += 1;
    world.history.add(`office does ${deed} ${JSON.stringify(changes)}`.slice(0, 200), { event: id });
    for (const [field, mark, value] of typed) {
      const token = { field, marks: [mark], calendar: null, item: null, event: id, occurrence: null };
      world.tokens.register(token, value);
    }
  }

  #blank(id: EventId): EventContent {
    const isSecret = id === this.secret;
    const content = { ...blankContent, title: '', when: this.#world.tokens.when(false, false) };
    return { ...content, tier: isSecret ? 'P3' : 'P1', safeTitle: isSecret ? 'Held' : '' };
  }

  #changes(deed: Deed, event: ScheduledEvent | null): Typed {
    switch (deed) {
      case 'create':
        return this.#several([this.#title(), this.#when(null), this.#notes(), this.#people(event), this.#rule()]);
      case 'edit':
      case 'blind':
        return this.#one(event);
      case 'edit-several':
        return this.#several([this.#title(), this.#notes(), this.#one(event)]);
      case 'move':
        return this.#when(event);
      case 'people':
        return this.#people(event);
      case 'occurrence':
        return event ? this.#occurrence(event.content) : none;
      case 'status':
        return { changes: { status: event?.content.status === 'confirmed' ? 'issued' : 'confirmed' }, typed: [] };
      case 'cancel':
      case 'undo':
        return none;
    }
  }

  #one(event: ScheduledEvent | null): Typed {
    const what = this.#random.pick(['title', 'title', 'when', 'place', 'notes', 'url'] as const);
    switch (what) {
      case 'title':
        return this.#title();
      case 'when':
        return this.#when(event);
      case 'notes':
        return this.#notes();
      case 'place':
        return this.#place();
      case 'url': {
        const url = this.#world.tokens.text('https://x.test/U');
        return { changes: { onlineUrl: url }, typed: [['url', url, url]] };
      }
    }
  }

  #several(parts: readonly Typed[]): Typed {
    return {
      changes: Object.assign({}, ...parts.map(part => part.changes)) as Partial<EventContent>,
      // Of two titles in one edit only the last was typed in the end.
      typed: [...new Map(parts.flatMap(part => part.typed).map(one => [one[0], one] as const)).values()],
    };
  }

  #title(): Typed {
    const title = this.#world.tokens.text('T', this.#random.pick([0, 12, 40]));
    return { changes: { title }, typed: [['title', title, title]] };
  }

  #notes(): Typed {
    const notes = this.#world.tokens.text('N', this.#random.pick([0, 40, 90]));
    // A copy shows them with a word before them.
    return { changes: { notes }, typed: [['notes', notes, notes]] };
  }

  #place(): Typed {
    const venue = this.#world.tokens.venue(venues);
    return venue === null ? none : { changes: { venue }, typed: [['place', `"${venue}"`, venue satisfies VenueId]] };
  }

  #when(event: ScheduledEvent | null): Typed {
    const isSeries = event !== null && event.content.rrule !== null;
    const when = this.#world.tokens.when(!isSeries && this.#random.chance(0.08), this.#random.chance(0.15));
    return { changes: { when }, typed: [['when', `"start":"${when.start}"`, when]] };
  }

  #rule(): Typed {
    return {
      changes: { rrule: this.#world.stage.series && this.#random.chance(0.5) ? 'FREQ=DAILY;INTERVAL=7;COUNT=4' : null },
      typed: [],
    };
  }

  #people(event: ScheduledEvent | null): Typed {
    const { people, mailOnly } = this.#world.stage;
    const person = (id: string): Invitee => ({ kind: 'person', id: brandId<PersonId>(id) });
    const some = (chance: number) => people.filter(() => this.#random.chance(chance)).map(person);
    if (event?.id === this.secret || (event === null && this.secret !== null)) {
      return { changes: { required: [{ kind: 'group', ref: everyone }], optional: [] }, typed: [] };
    }
    const required = some(0.8);
    const owner = this.#random.chance(0.5) ? brandId<PersonId>(this.#random.pick(people)) : null;
    const optional = this.#random.chance(0.3) ? [person(mailOnly)] : [];
    return { changes: { required, optional, owner }, typed: [] };
  }

  #occurrence(content: EventContent): Typed {
    const occurrence = this.occurrenceOf(content.when.start);
    if (this.#random.chance(0.3)) {
      return { changes: { except: [...new Set([...content.except, occurrence])].sort() }, typed: [] };
    }
    const when = this.#world.tokens.moved();
    const title = this.#random.chance(0.5) ? this.#world.tokens.text('T') : null;
    const override: Override = { occurrence, status: 'changed', when, venue: null, title, notes: null };
    const others = content.overrides.filter(one => one.occurrence !== occurrence);
    const overrides = [...others, override].sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1));
    return {
      changes: { overrides },
      typed: [
        ['occurrence', `"start":"${when.start}"`, when],
        ...(title === null ? [] : ([['occurrence', title, title]] as const)),
      ],
    };
  }

  /** One of the four dates of a series. */
  occurrenceOf(start: string): OccurrenceStart {
    const days = 7 * this.#random.between(0, 3);
    const time = Temporal.PlainDateTime.from(start).add({ days });
    return brandId<OccurrenceStart>(time.toString({ smallestUnit: 'second' }));
  }
}

const none: Typed = { changes: {}, typed: [] };
