/** One engine process: the real runner, engine and outbox on simulated time, store gates and network. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultRights } from '../../src/config/rights.ts';
import { localRunner } from '../../src/jobs/runner.ts';
import { type MailSettings, planMail } from '../../src/mail/outbox.ts';
import { sendDue } from '../../src/mail/send.ts';
import type { MailTransport } from '../../src/mail/transports/transport.ts';
import type { Mail } from '../../src/model/message.ts';
import type { Logger, Runtime } from '../../src/runtime/runtime.ts';
import type { Repositories, Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store.ts';
import type { SyncParts } from '../../src/sync/parts.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import type { Rights } from '../../src/sync/rights.ts';
import { Violation } from './history.ts';
import { Prng } from './prng.ts';
import { SimSession } from './session.ts';
import { tide } from './stage.ts';
import type { World } from './world.ts';

const mailSettings: MailSettings = {
  office: { name: 'Tide office', address: 'office@tide.test', contact: '' },
  quietPeriodMs: 120_000,
  quietHours: null,
  reviewOver: 1_000,
};
const pollMs = 2 * 60_000;
const mailMs = 5 * 60_000;
const intervalMs = 30 * 60_000;

/** Whether this code runs inside a transaction of the store. */
const inside = new AsyncLocalStorage<true>();

export class Process {
  readonly owner: string;
  readonly #world: World;
  readonly #random: Prng;
  dead = false;
  pausedUntil = 0;
  /** How far its clock is off, and how fast it goes wrong. */
  clock = { offsetMs: 0, drift: 0, since: 0 };
  /** Whether it has always shown the world's own time. */
  clockIsTrue = true;
  #ids = 0;

  constructor(world: World, owner: string, rights: Rights) {
    this.#world = world;
    this.owner = owner;
    this.#random = new Prng(world.seed, owner);
    const { runtime, store } = { runtime: this.#runtime(), store: this.#store() };
    const parts: SyncParts = {
      store,
      runtime,
      connector: () => ({ provider: 'caldav', open: async link => this.#open(link.id) }),
      secret: async () => null,
      keepSecret: async () => {},
      webhook: () => null,
      fetch: () => Promise.reject(new Error('the simulation has no network')),
      settings: { pastDays: 7, futureDays: 400, intervalMs, rights: { ...defaultRights, ...rights }, held: [] },
      owner,
    };
    const runner = localRunner({
      store,
      runtime,
      concurrency: 2,
      pollMs,
      run: async (id, signal) => {
        const startedAt = world.now;
        const result = await reconcile(parts, id, signal);
        if (result.state === 'done') world.readAt.set(id, startedAt);
        world.history.add(`${owner} run ${result.state} ${result.problem ?? ''}`, { calendar: id });
        return result.state === 'busy' ? 'busy' : 'done';
      },
    });
    runner.start();
    if (world.stage.mails) void this.#mailLoop(store, runtime);
  }

  now(): number {
    const { offsetMs, drift, since } = this.clock;
    return Math.round(this.#world.now + offsetMs + (this.#world.now - since) * drift);
  }

  #runtime(): Runtime {
    return {
      now: () => this.now(),
      sleep: (ms, signal) => this.#world.sleep(this, ms, signal),
      id: () => {
        this.#ids += 1;
        return `${this.owner}-${String(this.#ids).padStart(5, '0')}`;
      },
      random: () => this.#random.next(),
      log: this.#log(),
      bias: point => this.#world.bias(this, point),
    };
  }

  /** A defect that nobody injected is a finding of the simulation. */
  #log(): Logger {
    const judge = (facts: unknown) => {
      const error: unknown = typeof facts === 'object' && facts !== null && 'err' in facts ? facts.err : facts;
      if (error instanceof Violation) this.#world.fail(error);
      else if (!(error instanceof StoreError && injected.has(error))) {
        this.#world.fail(new Violation('no defects', error instanceof Error ? (error.stack ?? '') : String(error)));
      }
    };
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: judge };
    const logger = { ...log, child: () => logger } as unknown as Logger;
    return logger;
  }

  #open(id: string): SimSession {
    const calendar = this.#world.calendar(id);
    const run = this.#world.beginRun(id);
    return new SimSession(
      calendar,
      spec => {
        if (inside.getStore()) this.#world.fail(new Violation('no call inside a transaction', spec.label));
        return this.#world.request(this, { ...spec, run });
      },
      this.#random,
      () => this.#world.chances.lag > 0 && this.#world.random.faults.chance(this.#world.chances.lag),
    );
  }

  /** Transactions may be held up, refused before they begin, fail as they commit, or commit without saying so. */
  #store(): Store {
    const { store, transitions } = this.#world;
    const gate = () => this.#world.gate(this);
    return {
      dialect: store.dialect,
      read: async work => {
        await gate();
        return store.read(work);
      },
      write: async <T>(work: (r: Repositories) => Promise<T>): Promise<T> => {
        await gate();
        const fate = this.#world.storeFate();
        if (fate === 'busy') throw refused('the database is busy');
        const guarded = (r: Repositories) => inside.run(true, () => work(r));
        const value = await transitions.write(store, guarded, () => {
          if (fate === 'full') throw refused('the disk is full');
        });
        await gate();
        if (fate === 'silent') throw refused('the connection was lost as it committed');
        return value;
      },
      backup: () => Promise.reject(new Error('not simulated')),
      restore: () => Promise.reject(new Error('not simulated')),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async #mailLoop(store: Store, runtime: Runtime): Promise<void> {
    const transport: MailTransport = {
      parallel: 1,
      perMinute: null,
      send: (mail: Mail) => this.#world.mail(this, mail),
      check: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
    let planned = -1;
    for (;;) {
      try {
        const revision = await store.read(r => r.schedule.revision(tide));
        if (revision !== planned) await planMail(store, runtime, tide, mailSettings);
        planned = revision;
        await sendDue({ store, transport, runtime, settings: mailSettings }, { ignoreQuiet: false });
      } catch (error) {
        runtime.log.error({ err: error });
      }
      await runtime.sleep(mailMs);
    }
  }
}

const injected = new WeakSet<StoreError>();

function refused(message: string): StoreError {
  const error = new StoreError('busy', message);
  injected.add(error);
  return error;
}
