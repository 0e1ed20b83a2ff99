/**
 * One simulated world: a clock, the calls under way, and the engine processes whose future it decides. Each tick picks
 * one pending call at random and gives it its fate, so that reordering needs no code of its own.
 */

import { MailError } from '../../src/mail/mail-error.ts';
import type { Fields } from '../../src/model/face.ts';
import type { Mail } from '../../src/model/message.ts';
import type { Store } from '../../src/store/store.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { EngineWrite, SimCalendar } from './calendar.ts';
import { type Chances, drawChances, type Fate, type MailFate, type StoreFate } from './chances.ts';
import { normaliseFields } from './habits.ts';
import { History, Violation } from './history.ts';
import { abandonedMs, Mailbox } from './mailbox.ts';
import { Prng } from './prng.ts';
import { Process } from './process.ts';
import type { Stage } from './stage.ts';
import { Tokens } from './tokens.ts';
import { Transitions } from './transitions.ts';

const minute = 60_000;
const startOfTime = Date.UTC(2027, 1, 20, 9);

/** A run of the engine on one calendar: what the brakes count by. */
export type RunMark = {
  readonly calendar: string;
  readonly placed: number;
  readonly released: boolean;
  removed: number;
};
type Call = Readonly<{
  kind: 'read' | 'write';
  calendar: SimCalendar;
  label: string;
  key: string | null;
  fields: Fields;
  run: RunMark;
  perform(): unknown;
}>;
type Pending = {
  readonly process: Process;
  readonly work:
    | Readonly<{ kind: 'remote'; call: Call }>
    | Readonly<{ kind: 'store' }>
    | Readonly<{ kind: 'mail'; mail: Mail }>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
};
type Timer = { readonly process: Process | null; readonly at: number; readonly fire: () => void };

export class World {
  readonly seed: number;
  readonly store: Store;
  readonly stage: Stage;
  readonly calendars = new Map<string, SimCalendar>();
  readonly history = new History();
  readonly tokens = new Tokens();
  readonly transitions: Transitions;
  readonly mailbox: Mailbox;
  readonly random: Readonly<Record<'schedule' | 'fates' | 'faults' | 'humans', Prng>>;
  /** As drawn; calm sets all of them to nothing. */
  chances: Chances;
  violation: Violation | null = null;
  now = startOfTime;
  tick = 0;
  /** What the bounds of invariant 5 are made of. */
  readonly counts = { writes: 0, lists: 0, edits: 0, faults: 0, requests: 0 };
  readonly events: string[] = [];
  /** When the last good run of each calendar began, by the world's own clock. */
  readonly readAt = new Map<string, number>();
  /** When the engine last wrote to each. */
  readonly writtenAt = new Map<string, number>();
  runs = 0;
  processes: Process[] = [];
  /** Called between a write and its reply, and before a write. */
  onGap: (calendar: SimCalendar, id: string) => void = () => undefined;
  onSame: (calendar: SimCalendar, key: string, fields: Fields) => void = () => undefined;
  onWrite: (calendar: SimCalendar, write: EngineWrite) => void = () => undefined;
  /** Copies whose provider was made to refuse them. */
  readonly rejected = new Set<string>();
  /** Keys with a write that came long after it was sent. */
  readonly lateKeys = new Set<string>();
  /** Items that lost their mark to such a write. */
  readonly strippedLate = new Set<string>();
  #pending: Pending[] = [];
  #timers: Timer[] = [];
  #acting: RunMark | null = null;
  #born = 0;

  constructor(seed: number, store: Store, stage: Stage) {
    this.seed = seed;
    this.store = store;
    this.stage = stage;
    const stream = (purpose: string) => new Prng(seed, purpose);
    this.random = {
      schedule: stream('schedule'),
      fates: stream('fates'),
      faults: stream('faults'),
      humans: stream('humans'),
    };
    this.chances = drawChances(stream('chances'));
    const canon: ConstructorParameters<typeof Transitions>[1] = (calendar, fields) =>
      normaliseFields(fields, this.calendar(calendar).habits);
    this.transitions = new Transitions(
      this.history,
      canon,
      violation => this.fail(violation),
      owner => this.processes.find(process => process.owner === owner)?.clockIsTrue === true,
      calendar => stage.links.find(link => link.id === calendar)?.mode === 'publish',
    );
    this.mailbox = new Mailbox(this.history, violation => this.fail(violation));
    this.transitions.onSent = id => this.mailbox.recorded(id, this.now);
  }

  fail(violation: Violation): void {
    this.violation ??= violation;
  }

  calendar(id: string): SimCalendar {
    const found = this.calendars.get(id);
    if (!found) throw new Error(`no calendar ${id}`);
    return found;
  }

  addCalendar(calendar: SimCalendar): void {
    this.calendars.set(calendar.name, calendar);
    calendar.onWrite = write => this.#wrote(calendar, write);
  }

  startProcess(): void {
    this.#born += 1;
    const process = new Process(this, `w${this.#born}`, this.stage.rights);
    const { faults } = this.random;
    process.clock = {
      offsetMs: 0,
      drift: faults.chance(this.chances.drift) ? faults.next() * 0.02 - 0.01 : 0,
      since: this.now,
    };
    process.clockIsTrue = process.clock.drift === 0;
    if (!process.clockIsTrue) this.mailbox.sendersAgree = false;
    this.processes.push(process);
    this.history.add(`process ${process.owner} starts`);
  }

  /** The process is gone; what it had sent may arrive, now or later. */
  kill(process: Process, why: string): void {
    if (process.dead) return;
    process.dead = true;
    this.counts.faults += 1;
    this.history.add(`process ${process.owner} killed ${why}`);
    this.processes = this.processes.filter(one => one !== process);
    const cut = this.#pending.filter(one => one.process === process);
    this.#pending = this.#pending.filter(one => one.process !== process);
    this.#timers = this.#timers.filter(one => one.process !== process);
    this.mailbox.cutOff();
    for (const { work, since } of cut) {
      if (this.now - since > abandonedMs) this.mailbox.sendersAgree = false;
      if (work.kind === 'remote' && work.call.kind === 'write') this.#arriveSomeTime(work.call);
      if (work.kind === 'mail' && this.random.faults.chance(0.5)) {
        this.mailbox.accept(work.mail, since, this.now);
        this.mailbox.cutOff();
      }
    }
    this.after(this.random.faults.between(5_000, 4 * minute), () => this.startProcess());
  }

  after(ms: number, fire: () => void): void {
    this.#timers.push({ process: null, at: this.now + ms, fire });
  }

  sleep(process: Process, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (process.dead) return;
      if (signal?.aborted) return resolve();
      const timer = { process, at: this.now + ms, fire: resolve };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter(one => one !== timer);
        resolve();
      });
    });
  }

  bias(process: Process, point: string): void {
    if (this.random.faults.chance(this.chances.killAtBias)) this.kill(process, `at ${point}`);
  }

  beginRun(calendar: string): RunMark {
    this.runs += 1;
    const placed = this.transitions.placed(calendar).length;
    return { calendar, placed, released: this.transitions.released.has(calendar), removed: 0 };
  }

  request<T>(process: Process, call: Call & { perform(): T }): Promise<T> {
    this.counts.requests += 1;
    if (call.label.startsWith('list') || call.label.startsWith('changes')) this.counts.lists += 1;
    return new Promise<T>((resolve, reject) => {
      if (!process.dead)
        this.#pending.push({ process, work: { kind: 'remote', call }, resolve, reject, since: this.now });
    });
  }

  mail(process: Process, mail: Mail): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (!process.dead)
        this.#pending.push({ process, work: { kind: 'mail', mail }, resolve, reject, since: this.now });
    });
  }

  /** A store call: mostly goes on at once, is now and then held up, and never returns to a dead process. */
  gate(process: Process): Promise<void> | undefined {
    if (!process.dead && !this.random.fates.chance(this.chances.gate)) return undefined;
    return new Promise<void>((resolve, reject) => {
      if (!process.dead) this.#pending.push({ process, work: { kind: 'store' }, resolve, reject, since: this.now });
    });
  }

  storeFate(): StoreFate {
    const fate = this.random.fates.weighted(this.chances.store);
    if (fate !== 'ok') {
      this.counts.faults += 1;
      this.mailbox.cutOff();
      this.history.add(`store ${fate}`);
    }
    return fate;
  }

  /** Kills, pauses and clocks. */
  troubleProcesses(): void {
    const { faults } = this.random;
    for (const process of this.processes) {
      if (faults.chance(this.chances.kill)) this.kill(process, 'by the system');
      else if (faults.chance(this.chances.pause)) this.#pause(process);
      if (faults.chance(this.chances.clock)) this.#stepClock(process);
    }
  }

  #pause(process: Process): void {
    const length = this.random.faults.between(10_000, 30 * minute);
    process.pausedUntil = this.now + length;
    this.counts.faults += 1;
    this.mailbox.cutOff();
    this.history.add(`process ${process.owner} stands still for ${Math.round(length / 1000)} s`);
  }

  #stepClock(process: Process): void {
    process.clockIsTrue = false;
    process.clock.offsetMs += this.random.faults.between(-3 * 60, 3 * 60) * minute;
    this.counts.faults += 1;
    this.mailbox.sendersAgree = false;
    this.history.add(`process ${process.owner} has its clock at ${new Date(process.now()).toISOString()}`);
  }

  /** From here on nothing goes wrong, and what was on its way has arrived. */
  heal(): void {
    const { chances } = this;
    const only = <Name extends string>(all: Readonly<Record<Name, number>>) =>
      Object.fromEntries(Object.keys(all).map(name => [name, name === 'ok' ? 1 : 0])) as Record<Name, number>;
    const quiet = Object.fromEntries(Object.keys(chances).map(name => [name, 0])) as unknown as Chances;
    const { read, write, store, mail } = chances;
    this.chances = { ...quiet, read: only(read), write: only(write), store: only(store), mail: only(mail) };
    for (const process of this.processes) {
      process.pausedUntil = 0;
      process.clock = { offsetMs: 0, drift: 0, since: this.now };
    }
    const late = this.#timers.filter(timer => timer.process === null);
    this.#timers = this.#timers.filter(timer => timer.process !== null);
    for (const { fire } of late) fire();
  }

  /** At rest one is as good as three, and costs less. */
  keepOneProcess(): void {
    for (const process of this.processes.slice(1)) process.dead = true;
    this.#timers = this.#timers.filter(timer => timer.process?.dead !== true);
    this.processes = this.processes.slice(0, 1);
  }

  /** Nothing happens until then. */
  leap(at: number): void {
    this.now = Math.max(this.now, at);
  }

  get isBusy(): boolean {
    return this.#pending.length > 0;
  }

  nextTimer(): number {
    const pauses = this.#pending.map(one => one.process.pausedUntil);
    return Math.min(...pauses, ...this.#timers.map(({ at, process }) => Math.max(at, process?.pausedUntil ?? 0)));
  }

  /** One step: the clock, timers that are due, one call. */
  async step(): Promise<void> {
    this.tick += 1;
    const ready = this.#pending.filter(one => one.process.pausedUntil <= this.now);
    const idle = Math.max(0, this.nextTimer() - this.now);
    this.now += ready.length > 0 ? this.random.schedule.between(0, 6_000) : Math.min(idle, 10 * minute);
    this.history.tick = this.tick;
    this.history.at = this.now;
    this.#fireTimers();
    if (ready.length > 0) this.#decide(this.random.schedule.pick(ready));
    await this.drain();
  }

  /** Lets everything run that waits for nothing but the processor. */
  async drain(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
  }

  #fireTimers(): void {
    const isDue = (timer: Timer) => timer.at <= this.now && (timer.process?.pausedUntil ?? 0) <= this.now;
    const due = this.#timers.filter(isDue);
    this.#timers = this.#timers.filter(timer => !isDue(timer));
    for (const timer of due) timer.fire();
  }

  #decide(pending: Pending): void {
    this.#pending = this.#pending.filter(one => one !== pending);
    const { work, process } = pending;
    if (this.now - pending.since > abandonedMs) this.mailbox.sendersAgree = false;
    if (work.kind === 'store') pending.resolve(undefined as never);
    else if (work.kind === 'mail') this.#decideMail(pending, work.mail);
    else this.#decideCall(pending, work.call, process);
  }

  #decideCall(pending: Pending, call: Call, process: Process): void {
    const { fates, humans } = this.random;
    const drawn = fates.weighted(this.chances[call.kind]);
    // Only what builds upon an earlier answer can find it forgotten.
    const fate = drawn === 'expired' && !/^(changes|list after [^s])/.test(call.label) ? 'ok' : drawn;
    if (fate !== 'ok') this.counts.faults += 1;
    const writes = call.kind === 'write';
    if (writes && call.key !== null && humans.chance(this.chances.sameEdit))
      this.onSame(call.calendar, call.key, call.fields);
    this.history.add(`${process.owner} ${call.label}: ${fate}`, { calendar: call.calendar.name });
    if (writes) this.#checkWriter(process, call);
    if (fate === 'ok') {
      try {
        const reply = this.#perform(call, false);
        if (writes && humans.chance(this.chances.gapEdit)) this.onGap(call.calendar, idIn(reply));
        pending.resolve(reply as never);
      } catch (error) {
        this.history.add(`refused: ${error instanceof Error ? error.message : ''}`, { calendar: call.calendar.name });
        pending.reject(error);
      }
      return;
    }
    if (fate === 'lost-after') this.#arrive(call, false);
    if (fate === 'late') this.#arriveLate(call);
    if (fate === 'rejected' && call.key !== null) this.rejected.add(call.key);
    if (fate === 'late' && this.random.faults.chance(0.3)) this.kill(process, 'waiting for a reply');
    else pending.reject(this.#errorOf(fate));
  }

  #errorOf(fate: Exclude<Fate, 'ok'>): RemoteError {
    const { fates } = this.random;
    switch (fate) {
      case 'throttled': {
        const retryAt = fates.chance(0.5) ? this.now + fates.between(1_000, 20 * minute) : null;
        return new RemoteError('throttled', 'too many requests', { retryAt });
      }
      case 'down':
        return new RemoteError('unavailable', 'no answer (503)');
      case 'lost-before':
      case 'lost-after':
      case 'late':
        return new RemoteError(fates.chance(0.5) ? 'timeout' : 'unavailable', 'no answer in time');
      case 'expired':
        return new RemoteError('cursor-expired', 'the cursor is no longer good');
      case 'stale':
      case 'rejected':
      case 'reconnect':
      case 'gone':
        return new RemoteError(fate, `the provider says ${fate}`);
    }
  }

  #perform(call: Call, late: boolean): unknown {
    this.#acting = call.run;
    try {
      if (!late) return call.perform();
      call.calendar.asLate(() => void call.perform());
      return null;
    } finally {
      this.#acting = null;
    }
  }

  #arrive(call: Call, late: boolean): void {
    try {
      this.#perform(call, late);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.history.add(`refused unheard: ${error.message}`, { calendar: call.calendar.name });
    }
  }

  #arriveLate(call: Call): void {
    if (call.key !== null) this.lateKeys.add(call.key);
    const delay = this.random.faults.between(1_000, 90 * minute);
    this.after(delay, () => {
      this.history.add(`arrives late: ${call.label}`, { calendar: call.calendar.name });
      this.#arrive(call, true);
    });
  }

  #arriveSomeTime(call: Call): void {
    const how = this.random.faults.weighted({ never: 1, now: 1, late: 1 });
    if (how === 'now') this.#arrive(call, false);
    if (how === 'late') this.#arriveLate(call);
  }

  /** A halted calendar is not written to; a worker that lost its lease cannot know. */
  #checkWriter(process: Process, { calendar, label }: Call): void {
    const link = this.stage.links.find(one => one.id === calendar.name);
    const holds = link && this.transitions.leases.get(link.account)?.owner === process.owner;
    if (holds && this.transitions.states.get(calendar.name) === 'halted') {
      this.fail(new Violation('11 a halted calendar gets no writes', label, { calendar: calendar.name }));
    }
  }

  #wrote(calendar: SimCalendar, write: EngineWrite): void {
    this.counts.writes += 1;
    this.writtenAt.set(calendar.name, this.now);
    const key = (write.after ?? write.before)?.content.marker?.key;
    this.history.add(
      `has ${write.verb} of ${write.id}${write.late ? ' (late)' : ''} -> ${write.after?.tag ?? 'gone'}`,
      {
        calendar: calendar.name,
      },
    );
    if (write.late && key) this.lateKeys.add(key);
    if (write.late && write.verb === 'unmark') this.strippedLate.add(`${calendar.name} ${write.id}`);
    const run = this.#acting;
    if (run && write.verb === 'remove') {
      run.removed += 1;
      if (!run.released && run.removed > 5 && run.removed > 0.2 * run.placed) {
        const text = `one run removed ${run.removed} of ${run.placed} copies`;
        this.fail(new Violation('11 brakes hold', text, { calendar: calendar.name }));
      }
    }
    this.onWrite(calendar, write);
  }

  #decideMail(pending: Pending, mail: Mail): void {
    const fate: MailFate = this.random.fates.weighted(this.chances.mail);
    this.history.add(`mail ${mail.messageId} to ${mail.to}: ${fate}`);
    if (fate !== 'ok') this.counts.faults += 1;
    if (fate === 'ok' || fate === 'lost-after') this.mailbox.accept(mail, pending.since, this.now);
    if (fate === 'lost-before' || fate === 'lost-after') this.mailbox.doubt(mail.messageId, this.now);
    if (fate === 'ok') pending.resolve(undefined as never);
    else if (fate === 'lost-after' || fate === 'lost-before') {
      pending.reject(new MailError('unknown', 'the connection was lost'));
    } else pending.reject(new MailError(fate, `the mail server says ${fate}`));
  }
}

function idIn(reply: unknown): string {
  return typeof reply === 'object' && reply !== null && 'id' in reply ? String(reply.id) : '';
}
