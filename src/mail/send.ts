/**
 * Sends what is due. At least once, always as the same message: the mail is stored before it goes out, and what was
 * told is recorded with the outcome. design.md section 7; mail sheet section 8 (sender design).
 */
import type { Instant, OutboxId, ProductionId } from '../model/ids.ts';
import type { OutboxMessage, Told } from '../model/message.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Repositories, Store } from '../store/store.ts';
import { ComposeError, composeMail } from './compose.ts';
import { MailError } from './mail-error.ts';
import { carriersOf, dueNow, type MailSettings, planMail, toldOf } from './outbox.ts';
import { isOver } from './statement.ts';
import type { MailTransport } from './transports/transport.ts';

export type SendParts = Readonly<{
  store: Store;
  transport: MailTransport;
  runtime: Runtime;
  settings: MailSettings;
}>;
export type SendOptions = Readonly<{
  /** Flush: what waits for the quiet period, quiet hours or another try goes now. What waits for release does not. */
  ignoreQuiet: boolean;
  signal?: AbortSignal;
}>;
export type SendResult = Readonly<{
  sent: number;
  failed: number;
  /** To be tried again: refused for now, or without an answer. */
  later: number;
  /** What ended the run before everything due was sent: refused sign-in, or no connection. */
  stoppedBy: MailError | null;
}>;

/** A message that is `sending` for longer was cut off; SMTP time-outs are shorter. */
const abandonedMs = 120_000;
const maxTries = 8;
/** All that can be due: a flush sends everything, and cancellations first. */
const batch = 100_000;

/** Plans once more, then sends everything due: cancellations first. Throws StoreError only. */
export async function sendDue(parts: SendParts, options: SendOptions): Promise<SendResult> {
  const run = new Run(parts, options);
  const revisions = await run.prepare();
  const due = revisions.size === 0 ? [] : await run.due();
  for (const cancels of [true, false]) {
    const ids = due.filter(message => (message.kind === 'cancel') === cancels).map(message => message.id);
    await run.sendAll(ids, revisions);
  }
  // What had to wait for an outcome (a new event under an old id, an edit made meanwhile) is planned now.
  if (run.result.sent > 0) await run.plan(revisions.keys());
  return run.result;
}

class Run {
  readonly #parts: SendParts;
  readonly #options: SendOptions;
  #nextSendAt = 0;
  result: SendResult = { sent: 0, failed: 0, later: 0, stoppedBy: null };

  constructor(parts: SendParts, options: SendOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Plans the productions that have something to send and makes it due; the revision each was planned from. */
  async prepare(): Promise<ReadonlyMap<ProductionId, number>> {
    const { store } = this.#parts;
    const ids = await store.read(async ({ schedule, mail }) => {
      const productions = (await schedule.productions()).map(production => production.id);
      const waiting = await Promise.all(
        productions.map(id => mail.messages(id, ['held', 'due', 'sending', 'unknown'])),
      );
      return productions.filter((_, at) => waiting[at]?.some(message => this.#mayGo(message)));
    });
    await this.plan(ids);
    const revisions = new Map<ProductionId, number>();
    for (const id of ids) {
      await store.write(async ({ schedule, mail }) => {
        revisions.set(id, await schedule.revision(id));
        const waiting = await mail.messages(id, ['held', 'due', 'unknown']);
        await mail.putMessages(waiting.filter(one => this.#mayGo(one)).map(one => dueNow(one, this.#now())));
      });
    }
    return revisions;
  }

  async plan(productions: Iterable<ProductionId>): Promise<void> {
    const { store, runtime, settings } = this.#parts;
    for (const production of productions) await planMail(store, runtime, production, settings);
  }

  async due(): Promise<readonly OutboxMessage[]> {
    const messages = await this.#parts.store.read(({ mail }) => mail.dueMessages(this.#now(), batch));
    return messages.filter(message => this.#isReady(message));
  }

  async sendAll(ids: readonly OutboxId[], revisions: ReadonlyMap<ProductionId, number>): Promise<void> {
    const queue = [...ids];
    const work = async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        if (this.result.stoppedBy || this.#options.signal?.aborted) return;
        await this.#pace();
        const claimed = await this.#claim(id, revisions);
        if (claimed) await this.#send(claimed);
      }
    };
    await Promise.all(Array.from({ length: this.#parts.transport.parallel }, work));
  }

  #now(): Instant {
    return this.#parts.runtime.now();
  }

  #mayGo({ state, waitsFor, dueAt }: OutboxMessage): boolean {
    if (waitsFor === 'release') return false;
    return dueAt <= this.#now() || (this.#options.ignoreQuiet && state !== 'sending');
  }

  /** Whether a message may be taken up: due, or `sending` for so long that its sender must be gone. */
  #isReady({ state, dueAt }: OutboxMessage): boolean {
    return (state === 'due' || state === 'sending') && dueAt <= this.#now();
  }

  async #pace(): Promise<void> {
    const { transport, runtime } = this.#parts;
    if (transport.perMinute === null) return;
    const waitMs = this.#nextSendAt - runtime.now();
    this.#nextSendAt = Math.max(this.#nextSendAt, runtime.now()) + 60_000 / transport.perMinute;
    if (waitMs > 0) await runtime.sleep(waitMs, this.#options.signal);
  }

  /**
   * Takes a message up, if it is still to be sent: stores the very mail before it goes out. One that was planned from
   * an older schedule is left for the next planning.
   */
  async #claim(id: OutboxId, revisions: ReadonlyMap<ProductionId, number>): Promise<Claimed | null> {
    const { store, settings } = this.#parts;
    const claimed = await store.write(async repositories => {
      const message = await repositories.mail.message(id);
      if (!message || !this.#isReady(message)) return null;
      const { production } = message;
      const isStale = (await repositories.schedule.revision(production)) !== revisions.get(production);
      if (isStale && message.mail === null) return null;
      const now = this.#now();
      const snapshot = await repositories.schedule.snapshot(production);
      const told = await toldOf(repositories, message);
      const spoken = message.statement ?? told?.statement ?? null;
      if (spoken === null || isOver(spoken, now)) {
        await repositories.mail.putMessages([{ ...message, state: 'dropped', waitsFor: null }]);
        return null;
      }
      try {
        const carriers = await carriersOf(repositories, production);
        const mail = message.mail ?? composeMail({ message, told, snapshot, carriers, office: settings.office, now });
        const going = {
          ...message,
          state: 'sending',
          mail,
          tries: message.tries + 1,
          dueAt: now + abandonedMs,
        } as const;
        await repositories.mail.putMessages([going]);
        const uid = message.kind === 'cancel' ? told?.uid : snapshot.events.get(message.event)?.uid;
        return { message: going, mail, told, uid: uid ?? told?.uid ?? '', wasTried: message.mail !== null };
      } catch (error) {
        if (!(error instanceof ComposeError)) throw error;
        await repositories.mail.putMessages([{ ...message, state: 'failed', problem: error.message }]);
        return 'unsayable';
      }
    });
    if (claimed !== 'unsayable') return claimed;
    this.#count('failed');
    return null;
  }

  async #send(claimed: Claimed): Promise<void> {
    const { transport, runtime } = this.#parts;
    runtime.bias('mail/before-send');
    try {
      await transport.send(claimed.mail, { mayBeSent: claimed.wasTried });
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      await this.#recordFault(claimed, error);
      return;
    }
    runtime.bias('mail/sent-not-recorded');
    const sentAt = this.#now();
    await this.#parts.store.write(async repositories => {
      const stored = await repositories.mail.message(claimed.message.id);
      // Another sender, who took this one for dead, has recorded it already, and perhaps later messages since.
      if (stored?.state === 'sent' || stored?.messageId !== claimed.message.messageId) return;
      await repositories.mail.putMessages([{ ...claimed.message, state: 'sent', sentAt, problem: null }]);
      await recordTold(repositories, claimed, sentAt);
    });
    this.#count('sent');
  }

  async #recordFault(claimed: Claimed, error: MailError): Promise<void> {
    const { message } = claimed;
    const { kind, message: problem } = error;
    this.#parts.runtime.log.warn({ message: message.id, kind }, 'mail not sent');
    const isLast = message.tries >= maxTries;
    const isOwn = kind === 'temporary' || kind === 'unknown';
    // Whatever may have arrived stays as it is: later changes and the cancellation must reach this reader.
    const inDoubt = claimed.wasTried || kind === 'unknown';
    const ends = kind === 'refused' || (isOwn && isLast);
    const next: OutboxMessage = ends
      ? { ...message, state: 'failed', problem }
      : {
          ...message,
          state: inDoubt ? 'unknown' : 'due',
          // Not handed over, so it may still change.
          mail: inDoubt ? claimed.mail : null,
          // A fault of the server as a whole is not this message's try.
          tries: isOwn ? message.tries : message.tries - 1,
          dueAt: this.#nextTry(message.tries),
          problem,
        };
    await this.#parts.store.write(async repositories => {
      if (!isSameClaim(await repositories.mail.message(message.id), message)) return;
      await repositories.mail.putMessages([next]);
      if (ends && inDoubt) await recordTold(repositories, claimed, this.#now());
    });
    this.#count(ends ? 'failed' : 'later');
    if (!ends && !isOwn) this.result = { ...this.result, stoppedBy: error };
  }

  /** One minute, doubled with every try up to an hour, a quarter more or less. */
  #nextTry(tries: number): Instant {
    const waitMs = Math.min(60_000 * 2 ** Math.max(0, tries - 1), 3_600_000);
    return this.#now() + Math.round(waitMs * (0.75 + this.#parts.runtime.random() / 2));
  }

  #count(what: 'sent' | 'failed' | 'later'): void {
    this.result = { ...this.result, [what]: this.result[what] + 1 };
  }
}

type Claimed = Readonly<{
  message: OutboxMessage;
  mail: NonNullable<OutboxMessage['mail']>;
  told: Told | null;
  uid: string;
  /** Sending had begun before and its outcome is not known. */
  wasTried: boolean;
}>;

/** False when another sender has taken the message up since: what comes of it is for that one to say. */
function isSameClaim(stored: OutboxMessage | null, claimed: OutboxMessage): boolean {
  return stored?.state === 'sending' && stored.tries === claimed.tries && stored.dueAt === claimed.dueAt;
}

async function recordTold({ mail }: Repositories, claimed: Claimed, at: Instant): Promise<void> {
  const { message, told, uid } = claimed;
  const { production, event, reader, statement, sequence, messageId } = message;
  const before = told?.uid === uid ? told : null;
  const messageIds = [...(before?.messageIds ?? []).filter(id => id !== messageId), messageId];
  const itip = claimed.mail.calendar !== null;
  await mail.putTold({
    production,
    event,
    reader,
    statement,
    uid,
    sequence: Math.max(before?.sequence ?? 0, sequence),
    eventVersion: message.version,
    itip,
    messageIds,
    at,
  });
}
