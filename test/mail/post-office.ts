/** A store, a clock under the test's hand, and the outbox on both, for tests that really send. */
import { pino } from 'pino';
import { planMail } from '../../src/mail/outbox.ts';
import { sendDue } from '../../src/mail/send.ts';
import { openTransport } from '../../src/mail/transports/open.ts';
import type { MailTransport } from '../../src/mail/transports/transport.ts';
import type { ScheduledEvent } from '../../src/model/event.ts';
import type { OutboxMessage, Told } from '../../src/model/message.ts';
import type { Person, Venue } from '../../src/model/person.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { at, london, mailSettings, minutes, production } from './world.ts';

export class PostOffice implements AsyncDisposable {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly settings = mailSettings;
  now = at('2027-03-01T09:00');
  /** Thrown where the runtime is asked to bias this point: a process that dies there. */
  diesAt: string | null = null;
  #ids = 0;

  constructor(store: Store) {
    this.store = store;
    this.runtime = {
      now: () => this.now,
      sleep: async ms => {
        this.now += ms;
      },
      id: () => `id-${++this.#ids}`,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
      bias: point => {
        if (point === this.diesAt) throw new Error(`killed at ${point}`);
      },
    };
  }

  static async open(people: readonly Person[], venues: readonly Venue[]): Promise<PostOffice> {
    const store = await openStore('sqlite::memory:');
    await store.write(async ({ schedule }) => {
      await schedule.ensureProduction({ id: production, name: 'TIDEWRACK', zone: london });
      for (const one of people) await schedule.putPerson(one, null);
      for (const one of venues) await schedule.putVenue(one, null);
    });
    return new PostOffice(store);
  }

  async put(event: ScheduledEvent): Promise<void> {
    const { id, version, content } = event;
    const line = { id, version, content, at: this.now, by: 'test', source: 'api' } as const;
    await this.store.write(({ schedule }) => schedule.putEvent(event, line, version === 1 ? null : version - 1));
  }

  plan() {
    return planMail(this.store, this.runtime, production, this.settings);
  }

  /** @param way an address, or a transport that the test opened and closes */
  async send(way: string | MailTransport, ignoreQuiet = true) {
    await using closing = new AsyncDisposableStack();
    const transport = typeof way === 'string' ? closing.use(openTransport(way, this.runtime)) : way;
    return await sendDue(
      { store: this.store, transport, runtime: this.runtime, settings: this.settings },
      { ignoreQuiet },
    );
  }

  wait(count: number): void {
    this.now += minutes(count);
  }

  messages(): Promise<readonly OutboxMessage[]> {
    return this.store.read(({ mail }) => mail.messages(production));
  }

  told(): Promise<readonly Told[]> {
    return this.store.read(({ mail }) => mail.told(production));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }
}
