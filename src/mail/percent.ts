/** Parts of the addresses in the configuration, in which `@`, `:` and `/` are written in percent form. Pure. */
import { MailError } from './mail-error.ts';

/** @param key where in the configuration it stands. Throws MailError `setup`: a bare `%` is no percent form. */
export function fromPercent(text: string, key: 'mail.inbox' | 'mail.transport'): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new MailError('setup', `in ${key} a % of user, password or folder is written %25`, { cause });
  }
}
