/** The people whose calendars they are, at their phones: they know nothing of callboard and edit what they see. */
import type { Face } from '../../src/model/face.ts';
import { brandId } from '../../src/model/ids.ts';
import { occurrenceWhen } from '../../src/model/occurrence.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../../src/model/series.ts';
import type { Content, EngineWrite, Item, SimCalendar } from './calendar.ts';
import type { Prng } from './prng.ts';
import { venues } from './stage.ts';
import { type Token, venueId } from './tokens.ts';
import type { World } from './world.ts';

type Deed = 'title' | 'place' | 'notes' | 'when' | 'several' | 'own' | 'busy' | 'delete' | 'duplicate' | 'occurrence';
type Change = Readonly<{ field: Token['field']; marks: readonly string[]; face: Partial<Face>; value: unknown }>;

export class Owners {
  readonly #world: World;
  readonly #random: Prng;
  /** What was live in an item when it was typed, until it is replaced. */
  readonly #live = new Map<string, Token[]>();
  readonly #leftovers = new Set<string>();
  /** Items that a human removed, by calendar and key; a wiped calendar removes all. */
  readonly deleted = new Map<string, number>();
  readonly duplicates = new Set<string>();
  /** Own notes of items, as last typed. */
  readonly own = new Map<string, string>();
  /** Private appointments: id → the secret in it. */
  readonly private = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.humans;
  }

  act(): void {
    const calendar = this.#random.pick([...this.#world.calendars.values()]);
    const items = calendar.marked();
    if (this.#random.chance(0.1)) this.#appointment(calendar);
    else if (items.length > 0) this.#edit(calendar, this.#random.pick(items), this.#draw());
  }

  /** Between a write of ours and its reply. */
  inTheGap(calendar: SimCalendar, id: string): void {
    const item = calendar.state.item(id);
    if (item?.content.marker) this.#edit(calendar, item, this.#draw());
  }

  /** Types the very value that is on its way: of the title of another event, as far as this item goes. */
  theSame(calendar: SimCalendar, key: string, fields: Partial<Face>): void {
    const item = calendar.marked().find(one => one.content.marker?.key === key);
    if (!item || fields.title === undefined) return;
    this.#world.history.add(`owner types the same into ${item.id}`, { calendar: calendar.name });
    this.#supersede(calendar, item.id, token => token.field === 'title' && token.occurrence === null);
    this.#put(calendar, item, { ...item.content, face: { ...item.content.face, title: fields.title } });
    this.#world.tokens.note(calendar.state.item(item.id)?.content.face.title, calendar.name);
  }

  wipe(calendar: SimCalendar): void {
    this.#world.history.add('calendar comes back empty', { calendar: calendar.name });
    const copies = this.#world.transitions.placed(calendar.name);
    const isWhole = copies.every(copy => copy.remoteId !== null && calendar.state.item(copy.remoteId) !== null);
    // Two can be missed one by one, as failed writes find them.
    if (copies.length > 2 && isWhole) {
      const gone = new Set(copies.map(copy => copy.eventId));
      this.#world.transitions.emptied.set(calendar.name, {
        gone,
        isEmpty: () => calendar.marked().length === 0,
        believed: 0,
        firstAt: null,
      });
    }
    for (const item of calendar.items()) this.#forget(calendar, item);
    // Who never frees an id remembers it also of what is gone.
    if (calendar.habits.family !== 'google') calendar.state.wipe();
    for (const item of calendar.items()) calendar.state.remove(item.id);
    calendar.state.expireTokens();
  }

  /** A write of the engine: what it replaced without having seen it is only excused where a provider cannot refuse. */
  overwritten(calendar: SimCalendar, { id, before, after, tag, verb, late }: EngineWrite): void {
    if (before === null) {
      if (late) this.#leftovers.add(nameOf(calendar, id));
      return;
    }
    const blind = !calendar.habits.conditional && tag !== before.tag;
    const live = this.#live.get(nameOf(calendar, id)) ?? [];
    for (const token of live) {
      const still = after !== null && JSON.stringify(after.content).includes(token.marks[0] ?? '');
      if (!still && blind) token.excused ??= 'written over blindly at a provider without preconditions';
      if (!still && token.field === 'own' && verb === 'remove') token.excused ??= 'went with its item';
    }
    if (verb === 'remove' && this.#isLeftover(calendar, before)) {
      for (const token of live) token.excused ??= 'typed into a leftover';
    }
    if (verb === 'unmark') for (const token of live) token.excused ??= 'now their own item';
    if (blind && after !== null) this.own.set(nameOf(calendar, id), after.content.own);
    if (after === null) this.own.delete(nameOf(calendar, id));
    this.#live.set(
      nameOf(calendar, id),
      live.filter(token => after !== null && JSON.stringify(after.content).includes(token.marks[0] ?? '')),
    );
  }

  /** An item that came long after its copy was given up, or a duplicate of one that was: what is typed there goes with it. */
  #isLeftover(calendar: SimCalendar, { id, content }: Item): boolean {
    if (this.#leftovers.has(nameOf(calendar, id))) return true;
    const copies = [...this.#world.transitions.copies.values()].filter(copy => copy.calendarId === calendar.name);
    const copy = copies.find(one => one.key === content.marker?.key);
    return !copies.some(one => one.remoteId === id && one.state !== 'removed') && (!copy || copy.state === 'removed');
  }

  #draw(): Deed {
    return this.#random.weighted<Deed>({
      title: 4,
      place: 2,
      notes: 1.5,
      when: 4,
      several: 1.5,
      own: 2,
      busy: 0.7,
      delete: 1.5,
      duplicate: 1,
      occurrence: 2,
    });
  }

  #edit(calendar: SimCalendar, item: Item, deed: Deed): void {
    const about = { calendar: calendar.name };
    this.#world.counts.edits += 1;
    this.#world.history.add(`owner does ${deed} on ${item.id}`, about);
    const { face } = item.content;
    switch (deed) {
      case 'delete':
        this.#forget(calendar, item);
        calendar.state.remove(item.id);
        return;
      case 'duplicate':
        this.#duplicate(calendar, item);
        return;
      case 'busy':
        this.#put(calendar, item, {
          ...item.content,
          face: { ...face, busy: this.#random.pick(['busy', 'free'] as const) },
        });
        return;
      case 'own': {
        const own = this.#world.tokens.text('O');
        this.own.set(nameOf(calendar, item.id), own);
        this.#put(calendar, item, { ...item.content, own });
        return;
      }
      case 'occurrence':
        if (face.series !== null) this.#occurrence(calendar, item, face.series);
        return;
      case 'several':
        this.#type(calendar, item, [this.#change('title', item), this.#change('when', item)]);
        return;
      default:
        this.#type(calendar, item, [this.#change(deed, item)]);
    }
  }

  #change(deed: 'title' | 'place' | 'notes' | 'when', item: Item): Change | null {
    const { tokens } = this.#world;
    const { face } = item.content;
    switch (deed) {
      case 'title': {
        const odd = this.#random.chance(0.2);
        const text = tokens.text(odd ? 'A  T' : 'T');
        return {
          field: 'title',
          marks: [text, text.replace(/\s+/g, ' ')],
          face: { title: odd ? `${text}  ` : text },
          value: text,
        };
      }
      case 'notes': {
        const notes = tokens.text('N');
        return { field: 'notes', marks: [notes], face: { notes }, value: notes };
      }
      case 'place': {
        const venue = this.#random.chance(0.5) ? tokens.venue(venues) : null;
        const number = venue === null ? 0 : Number(venue.slice(1));
        const place = venue === null ? tokens.text('Pub') : `Hall ${number}, ${number} Quay`;
        const marks = venue === null ? [place] : [place, `"${venueId(number)}"`];
        return { field: 'place', marks, face: { place }, value: place };
      }
      case 'when': {
        // Moving a series with single dates changed is a different thing in every client.
        if (face.series !== null) return null;
        const when = tokens.when(this.#random.chance(0.05), false);
        return { field: 'when', marks: [`"start":"${when.start}"`], face: { when }, value: when };
      }
    }
  }

  #type(calendar: SimCalendar, item: Item, changes: readonly (Change | null)[]): void {
    const made = changes.filter(change => change !== null);
    const face: Face = Object.assign({}, item.content.face, ...made.map(change => change.face)) as Face;
    this.#supersede(
      calendar,
      item.id,
      token => made.some(one => one.field === token.field) && token.occurrence === null,
    );
    this.#put(calendar, item, { ...item.content, face });
    const shown = calendar.state.item(item.id)?.content.face;
    for (const { field, marks, value, face: part } of made) {
      const [name] = Object.keys(part) as (keyof Face)[];
      const now = name && shown ? shown[name] : null;
      if (field === 'place' && !calendar.habits.fields.includes('place')) continue;
      this.#register(calendar, item.id, { field, marks, occurrence: null }, now ?? value);
      this.#world.tokens.note(value, calendar.name);
    }
  }

  #occurrence(calendar: SimCalendar, item: Item, series: Series): void {
    const { tokens } = this.#world;
    const { face } = item.content;
    const days = 7 * this.#random.between(0, 3);
    const start = Temporal.PlainDateTime.from(face.when.start).add({ days }).toString({ smallestUnit: 'second' });
    const occurrence = brandId<OccurrenceStart>(start);
    const others = series.overrides.filter(one => one.occurrence !== occurrence);
    this.#supersede(calendar, item.id, token => token.occurrence === occurrence);
    if (series.exdates.includes(occurrence)) return;
    if (this.#random.chance(0.3)) {
      const exdates = [...series.exdates, occurrence].sort();
      this.#put(calendar, item, {
        ...item.content,
        face: { ...face, series: { ...series, overrides: others, exdates } },
      });
      tokens.note(`off ${occurrence}`, calendar.name);
      return;
    }
    const when = tokens.moved();
    const { title, place, notes, busy } = face;
    const known = series.overrides.find(one => one.occurrence === occurrence)?.face;
    const plain = { title, place, notes, busy, when: occurrenceWhen(occurrence, face.when) };
    const changed: OccurrenceFace = { ...plain, ...known, when };
    const overrides = [...others, { occurrence, face: changed }].sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1));
    this.#put(calendar, item, { ...item.content, face: { ...face, series: { ...series, overrides } } });
    this.#register(calendar, item.id, { field: 'occurrence', marks: [`"start":"${when.start}"`], occurrence }, when);
  }

  #duplicate(calendar: SimCalendar, item: Item): void {
    const id = `dup-${calendar.freshId()}`;
    this.duplicates.add(nameOf(calendar, id));
    const { transaction: _, ...rest } = item.content;
    calendar.state.put(id, `uid-${id}`, { ...rest, transaction: null });
    if (rest.own !== '') this.own.set(nameOf(calendar, id), rest.own);
    const { title, place, notes, when, url } = rest.face;
    for (const value of [title, place, notes, when, url]) this.#world.tokens.note(value, calendar.name);
    for (const one of rest.face.series?.overrides ?? []) this.#world.tokens.note(one.face.when, calendar.name);
    for (const start of rest.face.series?.exdates ?? []) this.#world.tokens.note(`off ${start}`, calendar.name);
    // A duplicate keeps the series as it was: its dates as well, where ours have moved on.
    if (rest.face.series !== null) this.#world.tokens.note('plain', calendar.name);
  }

  #appointment(calendar: SimCalendar): void {
    const [known] = [...this.private.keys()].filter(name => name.startsWith(`${calendar.name} `));
    if (known !== undefined && this.#random.chance(0.5)) {
      calendar.state.remove(known.slice(calendar.name.length + 1));
      this.private.delete(known);
      return;
    }
    const id = `own-${calendar.freshId()}`;
    const secret = this.#world.tokens.text('Secret');
    const when = this.#world.tokens.when(false, false);
    const face: Face = { when, title: secret, place: secret, notes: secret, url: null, busy: 'busy', series: null };
    calendar.state.put(id, `uid-${id}`, { face, marker: null, own: secret, transaction: null });
    this.private.set(nameOf(calendar, id), secret);
    this.#world.history.add(`owner makes a private appointment ${id}`, { calendar: calendar.name });
  }

  #put(calendar: SimCalendar, item: Item, content: Content): void {
    calendar.state.put(item.id, item.uid, content);
  }

  #forget(calendar: SimCalendar, item: Item): void {
    this.#supersede(calendar, item.id, () => true);
    const key = item.content.marker?.key;
    if (key) this.deleted.set(`${calendar.name} ${key}`, (this.deleted.get(`${calendar.name} ${key}`) ?? 0) + 1);
    this.own.delete(nameOf(calendar, item.id));
    this.private.delete(nameOf(calendar, item.id));
  }

  #supersede(calendar: SimCalendar, id: string, which: (token: Token) => boolean): void {
    const name = nameOf(calendar, id);
    const live = this.#live.get(name) ?? [];
    for (const token of live) if (which(token)) token.excused ??= 'replaced by its owner';
    this.#live.set(
      name,
      live.filter(token => !which(token)),
    );
  }

  #register(
    calendar: SimCalendar,
    id: string,
    token: Pick<Token, 'field' | 'marks' | 'occurrence'>,
    value: unknown,
  ): void {
    const made = this.#world.tokens.register({ ...token, calendar: calendar.name, item: id, event: null }, value);
    this.#live.set(nameOf(calendar, id), [...(this.#live.get(nameOf(calendar, id)) ?? []), made]);
  }
}

export function nameOf(calendar: SimCalendar, id: string): string {
  return `${calendar.name} ${id}`;
}
