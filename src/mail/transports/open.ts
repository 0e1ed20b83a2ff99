/** From `mail.transport` of the configuration to the transport that it names. */
import { resolve } from 'node:path';
import type { Runtime } from '../../runtime/runtime.ts';
import { MailError } from '../mail-error.ts';
import { openFileTransport } from './file.ts';
import { composeMime } from './mime.ts';
import { openSmtpTransport } from './smtp.ts';
import type { Mailboxes, MailTransport } from './transport.ts';

/** What opening a mailbox at a provider needs in the configuration. */
const needs: Readonly<Record<keyof Mailboxes, string>> = {
  gmail: 'connectors.google with a serviceAccountKeyFile',
  graph: 'connectors.microsoft',
};

/**
 * `smtp://user:pass@host:587`, `smtps://…`, `gmail:MAILBOX`, `graph:MAILBOX` or `file:DIR`. Throws MailError `setup`; the
 * text never repeats the address, which may hold a password.
 */
export function openTransport(
  address: string,
  runtime: Pick<Runtime, 'now'>,
  mailboxes: Mailboxes = {},
): MailTransport {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/.exec(address) ?? [];
  if (scheme === 'file') return openFileTransport(resolve(rest), runtime);
  if (scheme === 'gmail' || scheme === 'graph') {
    const open = mailboxes[scheme];
    if (!open) throw new MailError('setup', `mail.transport ${scheme}: needs ${needs[scheme]}`);
    return open(rest, {
      fetch: globalThis.fetch,
      now: () => runtime.now(),
      mime: mail => composeMime(mail, runtime.now()),
    });
  }
  const url = scheme === 'smtp' || scheme === 'smtps' ? URL.parse(address) : null;
  if (url?.hostname) return openSmtpTransport(url, runtime);
  const allowed = 'smtp://host, smtps://host, gmail:MAILBOX, graph:MAILBOX or file:DIR';
  throw new MailError('setup', `mail.transport must be ${allowed}`);
}
