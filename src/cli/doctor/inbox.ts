/** Whether the mailbox for answers can be read. */
import type { App } from '../../app.ts';
import { MailError, type MailErrorKind } from '../../mail/mail-error.ts';
import { readMailbox } from '../../mail/words.ts';
import { guides } from './calendars.ts';
import { type Check, fault, fine, warning } from './check.ts';

/** null: none is configured, and none is needed. Nothing in it is read or changed. */
export async function checkInbox({ config, openInbox }: App): Promise<Check | null> {
  const address = config.mail.inbox;
  if (address === null) return null;
  const scheme = address.slice(0, address.indexOf(':'));
  try {
    await openInbox()?.check();
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    return fault('inbox', error.message, mendFor(scheme, error.kind));
  }
  const from = readMailbox(config.mail.from)?.address.toLowerCase();
  if (scheme === 'graph' && from !== address.slice('graph:'.length).toLowerCase()) {
    const mend = 'make them the same, unless the one is an alias of the other: answers go to mail.from';
    return warning('inbox', 'graph: ready; mail.from is another address than the mailbox', mend);
  }
  return fine('inbox', `${scheme}: ready`);
}

function mendFor(scheme: string, kind: MailErrorKind): string {
  if (scheme === 'graph') {
    if (kind === 'unreachable') return 'check that this machine can reach the provider; it is tried again by itself';
    return `do what it says; ${guides.microsoft} has it step by step, under “Answers”`;
  }
  return 'look at `mail.inbox` in the configuration: host, port, folder, user and password (docs/replies.md)';
}
