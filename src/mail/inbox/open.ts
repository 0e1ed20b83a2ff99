/** From `mail.inbox` of the configuration to the mailbox that it names. */
import type { Runtime } from '../../runtime/runtime.ts';
import { MailError } from '../mail-error.ts';
import { openImapInbox } from './imap.ts';
import type { Inbox, Inboxes } from './inbox.ts';

/**
 * `imaps://USER:PASSWORD@HOST/FOLDER`, or `graph:MAILBOX`. Opens nothing yet. Throws MailError `setup`; the text never
 * repeats the address, which holds a password.
 */
export function openInbox(address: string, runtime: Pick<Runtime, 'now'>, inboxes: Inboxes = {}): Inbox {
  const [, mailbox] = /^graph:(.*)$/.exec(address) ?? [];
  if (mailbox !== undefined) {
    if (!inboxes.graph) throw new MailError('setup', 'mail.inbox graph: needs connectors.microsoft');
    return inboxes.graph(mailbox, { fetch: globalThis.fetch, now: () => runtime.now() });
  }
  const url = /^imaps?:/.test(address) ? URL.parse(address) : null;
  if (url?.hostname) return openImapInbox(url, runtime);
  throw new MailError('setup', 'mail.inbox must be imaps://USER:PASSWORD@HOST/FOLDER or graph:MAILBOX');
}
