/** Which connector speaks to which provider. Only src/app.ts and the demo import this. */
import type { Mailboxes } from '../src/mail/transports/transport.ts';
import type { ProviderName } from '../src/model/calendar.ts';
import type { Connector } from '../src/sync/connector.ts';
import { caldavConnector } from './caldav/index.ts';
import type { GoogleSettings } from './google/client.ts';
import { googleConnector } from './google/index.ts';
import { openGmail } from './google/mail.ts';
import { icsConnector } from './ics/index.ts';
import { microsoftConnector } from './microsoft/index.ts';
import { openGraphMail } from './microsoft/mail.ts';
import type { MicrosoftSettings } from './microsoft/settings.ts';

/** null: the configuration has no such section. */
export type ProviderSettings = Readonly<{ google: GoogleSettings | null; microsoft: MicrosoftSettings | null }>;

/** Those that need no setting up, and those that are set up. */
export function connectorsOf({ google, microsoft }: ProviderSettings): ReadonlyMap<ProviderName, Connector> {
  const built = [
    caldavConnector,
    icsConnector,
    ...(google ? [googleConnector(google)] : []),
    ...(microsoft ? [microsoftConnector(microsoft)] : []),
  ];
  return new Map(built.map(connector => [connector.provider, connector]));
}

/** Mailboxes that callboard may open by itself: those of people who consented for their calendar are none. */
export function mailboxesOf({ google, microsoft }: ProviderSettings): Mailboxes {
  const key = google?.serviceAccountKey;
  return {
    ...(google && key
      ? { gmail: (mailbox, door) => openGmail({ ...google, serviceAccountKey: key }, mailbox, door) }
      : {}),
    ...(microsoft ? { graph: (mailbox, door) => openGraphMail(microsoft, mailbox, door) } : {}),
  };
}
