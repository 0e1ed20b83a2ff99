/** A mailbox in memory: what is put in stays in its order, and is read as the contract of src/mail/inbox says. */

import type { Inbox } from '../../../src/mail/inbox/inbox.ts';
import type { MailError } from '../../../src/mail/mail-error.ts';

export class Box implements Inbox {
  readonly name = 'box';
  readonly mails: string[] = [];
  /** Mails handed out, over all readings. */
  handed = 0;
  batchSize = 2;
  /** Thrown by the next readings. */
  fault: MailError | null = null;
  /** Runs before each batch is handed out. */
  before: () => Promise<void> = async () => undefined;

  async *read(after: string | null) {
    if (this.fault) throw this.fault;
    for (let at = Number(after ?? 0); at < this.mails.length; at += this.batchSize) {
      await this.before();
      const mails = this.mails.slice(at, at + this.batchSize);
      this.handed += mails.length;
      yield { mails: mails.map(mail => Buffer.from(mail)), unread: 0, position: String(at + mails.length) };
    }
  }

  async check(): Promise<void> {
    if (this.fault) throw this.fault;
  }
}
