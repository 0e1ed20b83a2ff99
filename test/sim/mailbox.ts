/** Where all mail of the simulation ends. */
import type { Mail } from '../../src/model/message.ts';
import { type History, Violation } from './history.ts';

/** As long as a sender is believed to be at it; after that another may take the message up (src/mail/send.ts). */
export const abandonedMs = 115_000;

export class Mailbox {
  readonly accepted: Readonly<{ mail: Mail; at: number }>[] = [];
  /**
   * False once a process thought that another had given a message up: by a clock that is wrong, or because that one
   * stood still. What such a late sender records goes over what was recorded since (src/mail/send.ts), and the message
   * goes out once more.
   */
  sendersAgree = true;
  /** Accepted or perhaps accepted, and not on record as sent: when. */
  readonly #open = new Map<string, Readonly<{ at: number; inDoubt: boolean }>>();
  readonly #recorded = new Map<string, number>();
  readonly #history: History;
  readonly #fail: (violation: Violation) => void;

  constructor(history: History, fail: (violation: Violation) => void) {
    this.#history = history;
    this.#fail = fail;
  }

  /** It may have been accepted: a repeat is right. */
  doubt(messageId: string, at: number): void {
    this.#open.set(messageId, { at, inDoubt: true });
  }

  /** A process or the store failed: what was accepted just now may never be on record. */
  cutOff(): void {
    for (const [id, { at }] of this.#open) this.doubt(id, at);
  }

  recorded(messageId: string, at: number): void {
    this.#open.delete(messageId);
    this.#recorded.set(messageId, at);
  }

  /** @param since when it was sent off */
  accept(mail: Mail, since: number, at: number): void {
    const id = mail.messageId;
    const before = this.#open.get(id);
    const isLate = before && (before.inDoubt || at - before.at > abandonedMs);
    const recorded = this.#recorded.get(id);
    if (this.sendersAgree && ((before && !isLate) || (recorded !== undefined && recorded < since))) {
      this.#fail(new Violation('6 mail', `${id} was accepted again although its first time was answered`));
    }
    if (recorded === undefined) this.#open.set(id, { at: since, inDoubt: at - since > abandonedMs });
    this.accepted.push({ mail, at });
    this.#history.add(`mail accepted ${id}`);
  }
}
