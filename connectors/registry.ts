/** Which connector speaks to which provider. Only src/app.ts and the demo import this. */
import type { Inboxes } from '../src/mail/inbox/inbox.ts';
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

/** Mailboxes that callboard may open by itself, to send or to read: those of people who consented are none. */
export async function mailboxesOf({
  google,
  microsoft,
}: ProviderSettings): Promise<Readonly<{ outgoing: Mailboxes; incoming: Inboxes }>> {
  const key = google?.serviceAccountKey;
  const gmail = google && key ? (await import('./google/mail.ts')).openGmail : null;
  const graph = microsoft ? await graphMailboxes(microsoft) : null;
  return {
    outgoing: {
      ...(google && key && gmail
        ? { gmail: (mailbox, door) => gmail({ ...google, serviceAccountKey: key }, mailbox, door) }
        : {}),
      ...(graph ? { graph: graph.outgoing } : {}),
    },
    incoming: graph ? { graph: graph.incoming } : {},
  };
}

/** Sending and reading share the one request at a time that is left to them. */
async function graphMailboxes(settings: MicrosoftSettings) {
  const { openGraphMail } = await import('./microsoft/mail.ts');
  const { openGraphInbox } = await import('./microsoft/inbox.ts');
  const { Slots } = await import('./microsoft/slots.ts');
  const slots = new Slots(1);
  const outgoing: NonNullable<Mailboxes['graph']> = (mailbox, door) => openGraphMail(settings, mailbox, door, slots);
  const incoming: NonNullable<Inboxes['graph']> = (mailbox, door) => openGraphInbox(settings, mailbox, door, slots);
  return { outgoing, incoming };
}
