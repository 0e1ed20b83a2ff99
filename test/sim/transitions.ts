/** What must hold at every commit, checked on its way into the store; and the counts that the end is judged by. */
import type { Attempt, Base, Copy, Observed } from '../../src/model/copy.ts';
import type { Fields } from '../../src/model/face.ts';
import type { CalendarPatch, Repositories, Store } from '../../src/store/store.ts';
import { allUnits, sameUnit, type Unit, unitsOf, unitValue } from '../../src/sync/units.ts';
import { type About, type History, Violation } from './history.ts';

/** What to do at the commit of a call, with its result. */
type Watchers<Part> = {
  [Name in keyof Part]?: Part[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (result: Result, ...args: Args) => void
    : never;
};

/** A calendar that came back empty: what was in place there, and how much of its absence was believed since when. */
type Emptied = {
  readonly gone: ReadonlySet<string>;
  isEmpty(): boolean;
  believed: number;
  firstAt: number | null;
};

export class Transitions {
  readonly counts = { versions: 0, findings: 0, messages: 0 };
  /** When the schedule last changed, by the world's own clock. */
  versionAt = 0;
  readonly states = new Map<string, string>();
  readonly released = new Set<string>();
  /** Until when each account is to rest. */
  readonly gates = new Map<string, number>();
  /** Calendars that came back empty while several copies were in place, and that nobody has released since. */
  readonly emptied = new Map<string, Emptied>();
  /** Who holds each account. */
  readonly leases = new Map<string, Readonly<{ owner: string }>>();
  readonly copies = new Map<string, Copy>();
  onSent: (messageId: string) => void = () => undefined;
  readonly #versions = new Map<string, number>();
  readonly #sights = new Map<string, Observed>();
  readonly #attempts = new Map<string, Attempt[]>();
  /** What was agreed on a copy whose item had gone, by the key under which it is made anew. */
  readonly #anew = new Map<string, Base>();
  readonly #history: History;
  readonly #isPunctual: (owner: string) => boolean;
  readonly #fail: (violation: Violation) => void;
  readonly #canon: (calendar: string, fields: Fields) => Fields;
  readonly #publishes: (calendar: string) => boolean;

  constructor(
    history: History,
    canon: (calendar: string, fields: Fields) => Fields,
    fail: (violation: Violation) => void,
    /** Whether this process's clock was always right. */
    isPunctual: (owner: string) => boolean,
    /** Whether this calendar only shows, so that what is taken out of it is put back. */
    publishes: (calendar: string) => boolean,
  ) {
    this.#publishes = publishes;
    this.#isPunctual = isPunctual;
    this.#history = history;
    this.#canon = canon;
    this.#fail = fail;
  }

  placed(calendar: string): Copy[] {
    return [...this.copies.values()].filter(copy => copy.calendarId === calendar && copy.state === 'placed');
  }

  /** The store with every write watched; what is checked is what was committed. */
  async write<T>(store: Store, work: (r: Repositories) => Promise<T>, beforeCommit: () => void): Promise<T> {
    const staged: (() => void)[] = [];
    const result = await store.write(async r => {
      staged.length = 0;
      const value = await work(this.#watched(r, staged));
      beforeCommit();
      return value;
    });
    for (const commit of staged) commit();
    return result;
  }

  #watched(r: Repositories, staged: (() => void)[]): Repositories {
    const on = <Part extends object>(part: Part, seen: Watchers<Part>): Part =>
      new Proxy(part, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          const watch = seen[name as keyof Part] as ((result: unknown, ...args: unknown[]) => void) | undefined;
          return async (...args: unknown[]) => {
            const result: unknown = await value.apply(target, args);
            if (watch) staged.push(() => watch(result, ...args));
            return result;
          };
        },
      });
    return {
      ...r,
      schedule: on(r.schedule, { putEvent: (_, event) => this.#putEvent(event) }),
      calendars: on(r.calendars, {
        patch: (_, id, patch) => this.#patch(id, patch),
        gate: (_, account, until) => void this.gates.set(account, until ?? 0),
        takeLease: (lease, account) => {
          if (!lease) return;
          this.leases.set(account, lease);
          if ((this.gates.get(account) ?? 0) > this.#history.at && this.#isPunctual(lease.owner)) {
            this.#fail(new Violation('5 bounded calls', `${account} is to rest, and ${lease.owner} begins a run`));
          }
        },
      }),
      copies: on(r.copies, {
        putSights: (_, calendar, items) => {
          for (const item of items) this.#sights.set(`${calendar} ${item.remoteId}`, item);
        },
        addAttempts: (_, attempts) => {
          for (const one of attempts) this.#attempts.set(one.key, [...(this.#attempts.get(one.key) ?? []), one]);
          for (const { key, calendarId } of attempts) this.#checkAnew(key, { calendar: calendarId });
        },
        putCopies: (_, copies) => {
          for (const copy of copies) this.#putCopy(copy);
        },
      }),
      findings: on(r.findings, {
        put: (_, { key, state, calendar, event }) => {
          this.counts.findings += 1;
          this.#history.add(`card ${key} ${state}`, { calendar: calendar ?? undefined, event: event ?? undefined });
        },
      }),
      mail: on(r.mail, {
        putMessages: (_, messages) => {
          this.counts.messages += messages.length;
          for (const { messageId, kind, state, event } of messages) {
            this.#history.add(`message ${messageId} ${kind} ${state}`, { event });
            if (state === 'sent') this.onSent(messageId);
          }
        },
      }),
    };
  }

  #putEvent({ id, version, sequence }: { id: string; version: number; sequence: number }): void {
    const last = this.#versions.get(id) ?? 0;
    const lastSequence = this.#versions.get(`${id} sequence`) ?? 0;
    this.counts.versions += 1;
    this.versionAt = this.#history.at;
    this.#history.add(`version ${version}`, { event: id });
    if (version <= last || sequence < lastSequence) {
      this.#fail(new Violation('versions rise', `${id} went from version ${last} to ${version}`, { event: id }));
    }
    this.#versions.set(id, version);
    this.#versions.set(`${id} sequence`, sequence);
  }

  #patch(id: string, { state, released }: CalendarPatch): void {
    if (state !== undefined) this.states.set(id, state);
    if (released === true) {
      this.released.add(id);
      this.emptied.delete(id);
    }
    if (released === false) this.released.delete(id);
  }

  /** What was agreed is what was observed or what an attempt sent, never an invention. */
  #putCopy(copy: Copy): void {
    const name = `${copy.calendarId} ${copy.eventId}`;
    const before = this.copies.get(name);
    this.copies.set(name, copy);
    const about = { calendar: copy.calendarId, event: copy.eventId };
    if (before?.state !== copy.state || before.remoteId !== copy.remoteId) {
      this.#history.add(`copy ${copy.state} g${copy.generation} ${copy.remoteId ?? ''}`, about);
    }
    if (copy.state === 'hidden' && before?.state === 'placed' && this.#isEmptied(copy)) {
      this.#fail(new Violation('11 brakes hold', 'a calendar that came back empty was believed', about));
    }
    if (before?.state === 'placed' && before.base !== null && copy.generation > before.generation) {
      this.#anew.set(copy.key, before.base);
      this.#checkAnew(copy.key, about);
    }
    if (copy.base !== null) this.#checkBase(copy, copy.base, before?.base ?? null, about);
  }

  /** What its owner took away is made anew only where the schedule has changed since; else the office is asked. */
  #checkAnew(key: string, about: About): void {
    const base = this.#anew.get(key);
    const [first] = this.#attempts.get(key) ?? [];
    if (!base || !first || this.#publishes(first.calendarId)) return;
    const [sent, wanted] = [unitsOf(base.sent), unitsOf(first.fields)];
    const isSame = (unit: Unit) => sameUnit(unit, unitValue(sent, unit), unitValue(wanted, unit));
    if (!allUnits(sent, wanted).every(isSame)) return;
    this.#fail(new Violation('10 no churn', 'what its owner removed is made anew though nothing changed', about));
  }

  /** Whether everything that is in place there, as far as we know, went at once. */
  #isEmptied(copy: Copy): boolean {
    const emptied = this.emptied.get(copy.calendarId);
    if (!emptied?.isEmpty() || this.released.has(copy.calendarId)) return false;
    if (![copy, ...this.placed(copy.calendarId)].every(one => emptied.gone.has(one.eventId))) return false;
    // Some may be missed at once, before anybody looks at the others; all of them, or more later, are not.
    emptied.firstAt ??= this.#history.tick;
    emptied.believed += 1;
    return emptied.believed === emptied.gone.size || emptied.firstAt !== this.#history.tick;
  }

  #checkBase(copy: Copy, base: Base, before: Base | null, about: Readonly<{ calendar: string; event: string }>): void {
    const seen = unitsOf(base.seen);
    const old = before && unitsOf(before.seen);
    const sight = copy.remoteId === null ? undefined : this.#sights.get(`${copy.calendarId} ${copy.remoteId}`);
    const shown = sight?.kind === 'present' ? unitsOf(sight.face) : null;
    const sent = (this.#attempts.get(copy.key) ?? []).map(one => unitsOf(this.#canon(copy.calendarId, one.fields)));
    for (const unit of allUnits(seen, ...(old ? [old] : []))) {
      const value = unitValue(seen, unit);
      const known = [old, shown, ...sent].some(units => units && sameUnit(unit, unitValue(units, unit), value));
      if (known) continue;
      const text = `base.seen.${unit} became ${JSON.stringify(value)}, never seen or sent`;
      this.#fail(new Violation('base follows', text, about));
    }
  }
}
