/** calendarView/delta: windows that are frozen in their tokens, bare occurrences, `@removed` for more than deletions. */
import type { SandboxItem } from './calendar-state.ts';
import { GraphRefusal, type StoredEvent, slotsOf, spanOf } from './microsoft-event.ts';
import { bareShape, eventShape, instanceShape, type Shape, type View } from './microsoft-shape.ts';
import { type MicrosoftCalendar, type MicrosoftWorld, namesOf } from './microsoft-world.ts';

export type Window = Readonly<{ from: number; to: number }>;
export type Asked = Readonly<{ calendar: MicrosoftCalendar; immutable: boolean; pageSize: number; view: View }>;
type Round = Asked & Readonly<{ window: Window; since: string }>;
type Waiting = Readonly<{ round: Round; items: readonly (readonly Shape[])[]; token: string }>;
export type DeltaPage = Readonly<{ value: readonly Shape[]; nextToken?: string; deltaToken?: string }>;

const day = 86_400_000;

export class DeltaTokens {
  readonly #world: MicrosoftWorld;
  readonly #rounds = new Map<string, Round>();
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  constructor(world: MicrosoftWorld) {
    this.#world = world;
  }

  start(asked: Asked, window: Window): DeltaPage {
    return this.#read({ ...asked, window, since: '' });
  }

  /** Throws GraphRefusal 410. */
  follow(token: string): DeltaPage {
    const waiting = this.#waiting.get(token);
    if (waiting) return this.#page(waiting);
    const round = this.#rounds.get(token);
    if (round) return this.#read(round);
    throw new GraphRefusal(410, 'SyncStateNotFound', 'The sync state generation is not found.');
  }

  expire(): void {
    this.#rounds.clear();
    this.#waiting.clear();
  }

  #read(round: Round): DeltaPage {
    const { state } = round.calendar;
    const changes = state.changesSince(round.since);
    if (changes === null) throw new GraphRefusal(410, 'SyncStateNotFound', 'The sync state generation is not found.');
    const removed = changes.removed.map(name => [
      removedShape(namesOf(round.calendar, name, 0, round.immutable).event),
    ]);
    const items = [...changes.changed.map(item => groupOf(round, item)), ...removed];
    return this.#page({ round, items: items.filter(group => group.length > 0), token: changes.token });
  }

  /** A series is never split over pages. */
  #page({ round, items, token }: Waiting): DeltaPage {
    const value: Shape[] = [];
    let at = 0;
    for (; at < items.length && (at === 0 || value.length + (items[at]?.length ?? 0) <= round.pageSize); at += 1) {
      value.push(...(items[at] ?? []));
    }
    this.#count += 1;
    const rest = this.#world.switches.endlessPages ? items : items.slice(at);
    if (rest.length > 0) {
      this.#waiting.set(`S${this.#count}`, { round, items: rest, token });
      return { value, nextToken: `S${this.#count}` };
    }
    this.#rounds.set(`D${this.#count}`, { ...round, since: token });
    return { value, deltaToken: `D${this.#count}` };
  }
}

/** What one changed item looks like in a round. */
function groupOf(round: Round, item: SandboxItem<StoredEvent>): readonly Shape[] {
  const { calendar, immutable, window, view, since } = round;
  const event = item.content;
  const names = namesOf(calendar, item.id, event.mint, immutable);
  const stored = { event, tag: item.tag, owner: calendar.owner };
  const typed = (shape: Shape): Shape => ({ '@odata.type': '#microsoft.graph.event', ...shape });
  // Extended properties never come with delta.
  const plain = { ...view, properties: [], select: null, exceptions: false };
  const initial = since === '';
  const slots = instancesIn(event, window);
  const inside = event.recurrence === null ? touches(spanOf(event.fields.times), window) : slots.length > 0;
  if (!inside) return initial ? [] : [removedShape(names.event)];
  if (event.recurrence === null) return [typed(eventShape(stored, names, plain))];
  const before = initial ? -1 : Number(/-(\d+)$/.exec(since)?.[1] ?? 0);
  const instances = slots.flatMap(slot => {
    const exception = event.exceptions.get(slot);
    if (exception) return exception.revision > before ? [typed(instanceShape(stored, slot, names, plain))] : [];
    return event.mintedAt > before || initial ? [bareShape(stored, slot, names, plain)] : [];
  });
  return [typed(eventShape(stored, names, plain)), ...instances];
}

/** Original starts of the occurrences that are there and overlap the window. */
export function instancesIn(event: StoredEvent, window: Window): string[] {
  const last = Temporal.Instant.fromEpochMilliseconds(window.to + 2 * day)
    .toZonedDateTimeISO('UTC')
    .toPlainDate();
  const length = spanOf(event.fields.times).to - spanOf(event.fields.times).from;
  return slotsOf(event, last).filter(slot => {
    if (event.cancelled.includes(slot)) return false;
    const own = event.exceptions.get(slot)?.fields.times;
    const from = spanOf({ ...event.fields.times, start: slot, end: slot }).from;
    return touches(own ? spanOf(own) : { from, to: from + length }, window);
  });
}

export function touches(span: Window, window: Window): boolean {
  return span.from < window.to && (span.to > window.from || span.from === window.from);
}

function removedShape(id: string): Shape {
  return { id, '@removed': { reason: 'deleted' } };
}
