/** The composition root: configuration → store → connectors → engine, mail and web. The only file that knows all parts. */
import { discoverCalendars } from '../connectors/caldav/discovery.ts';
import { connectorsOf, mailboxesOf, type ProviderSettings } from '../connectors/registry.ts';
import { type Credentials, readCredentials } from './config/credentials.ts';
import type { Config } from './config/schema.ts';
import type { Inbox } from './mail/inbox/inbox.ts';
import { openInbox } from './mail/inbox/open.ts';
import type { MailSettings } from './mail/outbox.ts';
import { openTransport } from './mail/transports/open.ts';
import type { MailTransport } from './mail/transports/transport.ts';
import { readMailbox } from './mail/words.ts';
import type { Account, CalendarLink, ProviderName } from './model/calendar.ts';
import type { AccountId, ProductionId } from './model/ids.ts';
import { hasEndedHere, processName } from './runtime/processes.ts';
import type { Runtime } from './runtime/runtime.ts';
import { openSecretBox, type SecretBox, SecretBoxError } from './runtime/secret-box.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import type { Connector } from './sync/connector.ts';
import { type ConsentParts, invite } from './sync/consent.ts';
import { type Domains, isInDomains, putDomainLinks } from './sync/domain-links.ts';
import { accountOf, linksOf, putConfigLinks } from './sync/links.ts';
import type { SyncParts } from './sync/parts.ts';
import { RemoteError } from './sync/remote-error.ts';
import { recheckZones } from './sync/zone-rules.ts';

/** Everything a command works with; closes what it opened. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly store: Store;
  readonly sync: SyncParts;
  readonly mail: MailSettings;
  /** The configured way for mail to leave; the caller disposes of it. Throws MailError `setup`. */
  openTransport(): MailTransport;
  /** The configured mailbox for answers; null: none. Throws MailError `setup`. */
  openInbox(): Inbox | null;
  /** null: the configuration has no secretsKey, so nothing can be stored encrypted. */
  readonly secretBox: SecretBox | null;
  /** What a CalDAV server has at or behind an address. Throws RemoteError. */
  readonly consent: ConsentParts;
  /** Reads what this provider sends to its webhook; null: it sends nothing, or is not set up. */
  readerOfNotices(provider: ProviderName): Connector['readNotices'] | null;
  /** A fresh address at which the owner of this link can let us in again; null: they cannot. */
  addressFor(link: CalendarLink): Promise<string | null>;
  /** Brings the links of people with an address in our own domains into step with the unit list. */
  linkByDomain(production: ProductionId): Promise<boolean>;
  discover(where: Whereabouts, signal: AbortSignal): Promise<readonly Readonly<{ url: string; name: string }>[]>;
}

/** An address, and what to sign in with there. */
export type Whereabouts = Readonly<{ url: string; user: string | null; secret: string | null }>;

/**
 * Opens the store, and brings productions and configured links into it. Throws StoreError when the store cannot be
 * used, SecretError for a bad key.
 */
export async function openApp(config: Config, runtime: Runtime): Promise<App> {
  const store = await openStore(config.store);
  try {
    const secretBox = config.secretsKey === null ? null : openSecretBox(config.secretsKey);
    await store.write(async r => {
      for (const { id, name, timezone } of config.productions) {
        await r.schedule.ensureProduction({ id, name, zone: timezone });
      }
      await r.calendars.releaseLeasesOf(hasEndedHere);
    });
    await putConfigLinks(store, linksOf(config.calendars, 'config'));
    await recheckZones(store, process.versions.tz ?? '');
    const providers = providerSettings(config, await readCredentials(config));
    const connectors = await connectorsOf(providers);
    const mailboxes = await mailboxesOf(providers);
    const sync = syncParts(config, runtime, store, secretBox, connectors);
    const domains = domainsOf(config);
    for (const { id } of config.productions) await putDomainLinks(store, id, domains);
    const mail = mailSettings(config);
    const discover: App['discover'] = ({ secret, ...where }, signal) =>
      discoverCalendars({ fetch: sync.fetch, secret, now: runtime.now, signal }, where);
    const dispose = () => store[Symbol.asyncDispose]();
    const consent: ConsentParts = { ...sync, secretBox, publicUrl: config.server.publicUrl };
    return {
      config,
      runtime,
      store,
      sync,
      mail,
      openTransport: () => openTransport(config.mail.transport, runtime, mailboxes.outgoing),
      openInbox: () => (config.mail.inbox === null ? null : openInbox(config.mail.inbox, runtime, mailboxes.incoming)),
      secretBox,
      consent,
      addressFor: link => addressFor(consent, domains, link),
      readerOfNotices: provider => connectors.get(provider)?.readNotices ?? null,
      linkByDomain: production => putDomainLinks(store, production, domains),
      discover,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

/** Only where their owner says yes: what an administrator delegates, an administrator mends. */
async function addressFor(consent: ConsentParts, domains: Domains, link: CalendarLink): Promise<string | null> {
  const account = await consent.store.read(r => r.calendars.account(link.account));
  const isDelegated = link.user !== null && isInDomains(link.user, domains[link.provider]);
  const isOwn = account?.secret != null || !isDelegated;
  const canAsk = consent.secretBox !== null && consent.connector(link.provider).consent !== undefined;
  return isOwn && canAsk ? await invite(consent, link) : null;
}

function providerSettings({ connectors }: Config, credentials: Credentials): ProviderSettings {
  const { google, microsoft } = connectors;
  const { serviceAccountKey, certificate } = credentials;
  return {
    google: google && { ...google, serviceAccountKey },
    microsoft: microsoft && { ...microsoft, certificate },
  };
}

function domainsOf({ connectors: { google, microsoft } }: Config): Domains {
  // Without a key that opens every mailbox of a domain, its people must say yes themselves.
  const delegated = google?.serviceAccountKeyFile ? google.domains : [];
  return { google: delegated, microsoft: microsoft?.domains ?? [] };
}

function syncParts(
  config: Config,
  runtime: Runtime,
  store: Store,
  box: SecretBox | null,
  connectors: ReadonlyMap<ProviderName, Connector>,
): SyncParts {
  const passwords = new Map<AccountId, string>();
  for (const entry of config.calendars) if (entry.password !== null) passwords.set(accountOf(entry), entry.password);
  const { intervalMs, pastDays, futureDays } = config.sync;
  return {
    store,
    runtime,
    connector: provider => {
      const connector = connectors.get(provider);
      if (connector) return connector;
      throw new RemoteError('unsupported', `connectors.${provider} is missing in the configuration`);
    },
    secret: async account =>
      passwords.get(account) ?? openStored(await store.read(r => r.calendars.account(account)), box),
    keepSecret: async (id, secret) => {
      if (box === null) return;
      await store.write(async r => {
        const account = await r.calendars.account(id);
        if (account !== null) await r.calendars.putAccount({ ...account, secret: box.seal(secret) });
      });
    },
    fetch: globalThis.fetch,
    webhook: provider => webhookOf(config, provider),
    settings: { pastDays, futureDays, intervalMs, rights: config.rights, held: config.publishing.held },
    owner: processName(runtime.id()),
  };
}

/** Providers send notices to https addresses alone; one that runs on this machine, as a sandbox does, to any. */
function webhookOf({ server: { publicUrl }, connectors }: Config, provider: ProviderName): string | null {
  const root = { google: connectors.google?.apiRoot, microsoft: connectors.microsoft?.graphRoot, caldav: '', ics: '' };
  const isHeard = publicUrl.startsWith('https:') || root[provider]?.startsWith('http:');
  return isHeard ? `${publicUrl}/api/v1/webhooks/${provider}` : null;
}

function openStored(account: Account | null, box: SecretBox | null): string | null {
  if (account === null || account.secret === null) return null;
  if (box === null) {
    throw new RemoteError(
      'reconnect',
      'this account has a stored password, and the configuration no secretsKey for it',
    );
  }
  try {
    return box.open(account.secret);
  } catch (cause) {
    if (!(cause instanceof SecretBoxError)) throw cause;
    throw new RemoteError('reconnect', cause.message, { cause });
  }
}

/** The office as its mail shows it: `TIDEWRACK Office <schedule@tidewrack.test>`. */
function mailSettings({ mail }: Config): MailSettings {
  const { name, address } = readMailbox(mail.from) ?? { name: '', address: mail.from };
  const { quietPeriodMs, quietHours, reviewOver } = mail;
  return { office: { name: name || address, address, contact: '' }, quietPeriodMs, quietHours, reviewOver };
}
