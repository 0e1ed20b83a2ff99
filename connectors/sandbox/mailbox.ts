/**
 * Everybody's mailbox, in memory: what is sent arrives at once and stays. It can refuse mail, or lose its own answer
 * after taking the mail in, on request. It fits the mail transports of src/mail by its shape.
 */
import type { Mail } from '../../src/model/message.ts';

/** What happens to the next mails: turned away for good, for now, or taken in while the answer gets lost. */
export type MailboxFault = 'refused' | 'temporary' | 'unknown';

/** One mail as it arrived. */
export type Delivered = Readonly<{
  /** Counts up from 1 over all mailboxes. */
  number: number;
  /** The bare address, in small letters. */
  address: string;
  mail: Mail;
}>;

export interface SandboxMailbox extends AsyncDisposable {
  readonly parallel: number;
  readonly perMinute: null;
  send(mail: Mail): Promise<void>;
  check(): Promise<void>;
  /** Everything that arrived, oldest first. */
  all(): readonly Delivered[];
  of(address: string): readonly Delivered[];
  /** Breaks the next mails; faults are used up in the order given. */
  fail(fault: MailboxFault, times?: number): void;
}

/** @param faultOf makes the error that the sender of mail understands */
export function openMailbox(faultOf: (fault: MailboxFault) => Error): SandboxMailbox {
  const delivered: Delivered[] = [];
  const faults: MailboxFault[] = [];
  return {
    parallel: 4,
    perMinute: null,
    async send(mail) {
      const fault = faults.shift();
      if (fault === 'refused' || fault === 'temporary') throw faultOf(fault);
      delivered.push({ number: delivered.length + 1, address: addressOf(mail.to), mail });
      if (fault === 'unknown') throw faultOf(fault);
    },
    check: async () => undefined,
    all: () => [...delivered],
    of: address => delivered.filter(one => one.address === addressOf(address)),
    fail: (fault, times = 1) => void faults.push(...Array<MailboxFault>(times).fill(fault)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The address in `"Name" <address>`, or the text itself. */
function addressOf(to: string): string {
  return (/<([^<>]*)>\s*$/.exec(to)?.[1] ?? to).trim().toLowerCase();
}
