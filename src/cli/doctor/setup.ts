/** What the configuration says about keys, mail and providers, tried as far as it can be without a calendar. */
import type { App } from '../../app.ts';
import { ConfigError } from '../../config/config-error.ts';
import { readCredentials } from '../../config/credentials.ts';
import type { Config } from '../../config/schema.ts';
import { MailError } from '../../mail/mail-error.ts';
import { readMailbox } from '../../mail/words.ts';
import { guides } from './calendars.ts';
import { type Check, fault, fine, warning } from './check.ts';

/** null: no file is named, or every one is as it should be. */
export async function checkCredentials(config: Config): Promise<Check | null> {
  try {
    await readCredentials(config);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const guide = error.problems.some(({ path }) => path.includes('google')) ? guides.google : guides.microsoft;
    return fault('credentials', error.message, `put the right file there, or mend its path: ${guide}`);
  }
}

export function checkKey({ secretBox, config: { connectors } }: App): Check {
  const mend = 'put the output of `openssl rand -base64 32` there, and keep it: without it stored credentials are lost';
  if (secretBox !== null) return fine('secretsKey', 'set');
  if (connectors.google?.oauth) {
    return fault('secretsKey', 'not set, and connectors.google.oauth is: no consent could be kept', mend);
  }
  if (connectors.microsoft) return warning('secretsKey', 'not set: nobody can link a calendar by consent', mend);
  return fine('secretsKey', 'not set: passwords can stand in the configuration, none can be stored');
}

/** Providers that are set up and have no calendar yet: nothing of theirs can be tried. */
export async function checkProviders({ store, config }: App): Promise<readonly Check[]> {
  const rows = await store.read(r => r.calendars.all());
  return (['google', 'microsoft'] as const).flatMap(provider => {
    if (config.connectors[provider] === null || rows.some(({ link }) => link.provider === provider)) return [];
    return [fine(provider, 'set up; no calendar is linked yet, so its sign-in could not be tried')];
  });
}

export async function checkMail({ config, openTransport }: App): Promise<Check> {
  const [scheme = '', mailbox = ''] = config.mail.transport.split(':');
  try {
    await using transport = openTransport();
    await transport.check();
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    return fault('mail', error.message, mailMend(scheme, error));
  }
  const from = readMailbox(config.mail.from)?.address.toLowerCase();
  if ((scheme === 'gmail' || scheme === 'graph') && from !== mailbox.toLowerCase()) {
    const mend = 'make them the same, unless the one is an alias of the other: the provider puts its own address there';
    return warning('mail', `${scheme}: ready; mail.from is another address than the mailbox`, mend);
  }
  return fine('mail', `${scheme}: ready`);
}

function mailMend(scheme: string, { kind }: MailError): string {
  if (scheme === 'file') return 'look at `mail.transport`: a folder that can be written';
  if (scheme !== 'gmail' && scheme !== 'graph') return 'look at `mail.transport`: host, port, user and password';
  if (kind === 'unreachable') return 'check that this machine can reach the provider; it is tried again by itself';
  const guide = scheme === 'gmail' ? guides.google : guides.microsoft;
  return `do what it says; ${guide} has it step by step, under “Mail”`;
}
