/** Which connector speaks to which provider. Only src/app.ts and the demo import this. */
import type { Mailboxes } from '../src/mail/transports/transport.ts';
import type { ProviderName } from '../src/model/calendar.ts';
import type { Connector } from '../src/sync/connector.ts';
import { caldavConnector } from './caldav/index.ts';
import type { GoogleSettings } from './google/client.ts';
import { icsConnector } from './ics/index.ts';
import type { MicrosoftSettings } from './microsoft/settings.ts';

/** null: the configuration has no such section. */
export type ProviderSettings = Readonly<{ google: GoogleSettings | null; microsoft: MicrosoftSettings | null }>;

/** Those that need no setting up, and those that are set up: only these are loaded, which takes its time. */
export async function connectorsOf(settings: ProviderSettings): Promise<ReadonlyMap<ProviderName, Connector>> {
  const { google, microsoft } = settings;
  const built = [
    caldavConnector,
    icsConnector,
    ...(google ? [(await import('./google/index.ts')).googleConnector(google)] : []),
    ...(microsoft ? [(await import('./microsoft/index.ts')).microsoftConnector(microsoft)] : []),
  ];
  return new Map(built.map(connector => [connector.provider, connector]));
}

/** Mailboxes that callboard may open by itself: those of people who consented for their calendar are none. */
export async function mailboxesOf({ google, microsoft }: ProviderSettings): Promise<Mailboxes> {
  const key = google?.serviceAccountKey;
  const gmail = google && key ? (await import('./google/mail.ts')).openGmail : null;
  const graph = microsoft ? (await import('./microsoft/mail.ts')).openGraphMail : null;
  return {
    ...(google && key && gmail
      ? { gmail: (mailbox, door) => gmail({ ...google, serviceAccountKey: key }, mailbox, door) }
      : {}),
    ...(microsoft && graph ? { graph: (mailbox, door) => graph(microsoft, mailbox, door) } : {}),
  };
}
