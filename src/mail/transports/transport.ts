/** Ways for a mail to leave: SMTP, or files. `graph:` and `gmail:` come with the Outlook and Google connectors. */
import { resolve } from 'node:path';
import type { Mail } from '../../model/message.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { MailError } from '../mail-error.ts';
import { openFileTransport } from './file.ts';
import { openSmtpTransport } from './smtp.ts';

export interface MailTransport extends AsyncDisposable {
  /** Messages sent at once. */
  readonly parallel: number;
  /** The server's own limit; null: none known. */
  readonly perMinute: number | null;
  /** Hands one mail over, or throws MailError. */
  send(mail: Mail): Promise<void>;
  /** Asks whether mail could be sent now, without sending any. Throws MailError. */
  check(): Promise<void>;
}

/**
 * Opens what `mail.transport` of the configuration names: `smtp://user:pass@host:587`, `smtps://…`, `file:DIR`.
 * Throws MailError `setup`; the text never repeats the address, which may hold a password.
 */
export function openTransport(address: string, runtime: Pick<Runtime, 'now'>): MailTransport {
  const scheme = /^([a-z]+):/.exec(address)?.[1];
  if (scheme === 'file') return openFileTransport(resolve(address.slice('file:'.length)), runtime);
  if (scheme === 'graph' || scheme === 'gmail') {
    const connector = scheme === 'graph' ? 'Outlook' : 'Google';
    throw new MailError(
      'setup',
      `mail.transport ${scheme}: comes with the ${connector} connector, which is not built in yet`,
    );
  }
  const url = scheme === 'smtp' || scheme === 'smtps' ? URL.parse(address) : null;
  if (!url?.hostname) throw new MailError('setup', 'mail.transport must be smtp://host, smtps://host or file:DIR');
  return openSmtpTransport(url, runtime);
}
