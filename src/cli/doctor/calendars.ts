/** Each linked calendar is read once, and what is wrong with it comes with its mend. */
import PQueue from 'p-queue';
import type { App } from '../../app.ts';
import type { CalendarLink, CalendarRow, ProviderName } from '../../model/calendar.ts';
import type { RemoteError, RemoteKind } from '../../sync/remote-error.ts';
import { probe } from '../probe.ts';
import { type Check, fault, fine } from './check.ts';

export async function checkCalendars(app: App, signal: AbortSignal): Promise<readonly Check[]> {
  const rows = await app.store.read(r => r.calendars.all());
  const queue = new PQueue({ concurrency: 4 });
  return await queue.addAll(rows.map(row => () => checkCalendar(app, row, signal)));
}

async function checkCalendar(app: App, { link, state, problem }: CalendarRow, signal: AbortSignal): Promise<Check> {
  const what = `calendar ${link.id}`;
  const found = await probe(app, link, () => app.sync.secret(link.account), signal);
  if (found !== null) return fault(what, found.message, await mendFor(app, link, found));
  if (state !== 'halted') return fine(what, 'answers');
  return fault(what, problem ?? 'halted', `look at it, then \`callboard calendars release ${link.id}\``);
}

const otherwise = 'check that this machine can reach the server; it is tried again by itself';
const wait = 'wait; it is tried again by itself';

/** Of calendars with an address and a password. */
const mends: Readonly<Partial<Record<RemoteKind, string>>> = {
  reconnect: 'give the right user name and password (for iCloud: an app-specific one)',
  gone: 'check the address of the calendar; `callboard calendars add` with the server’s address shows what it has',
  forbidden: 'ask the owner of the calendar for the right to it',
  protocol: 'check the address: what answers there is no calendar',
  unsupported: 'check the address: what answers there is no calendar',
  rejected: 'check the address of the calendar',
  throttled: wait,
};

export const guides = { google: 'docs/google.md', microsoft: 'docs/outlook.md' } as const;
type Hosted = keyof typeof guides;

/** Of Google and Outlook. What an administrator must do stands in the message itself, and in full in the guide. */
const hostedMends: Readonly<Record<Hosted, Readonly<Partial<Record<RemoteKind, string>>>>> = {
  google: {
    gone: 'check the link’s `calendar`; its owner must share it with the mailbox of the link, with the right to change events',
    forbidden: 'let its owner share it with the right to change events, or link it with the mode busy',
    throttled: wait,
    unsupported: 'set up connectors.google: docs/google.md',
    protocol: 'check apiRoot and tokenUrl of connectors.google, or leave them out',
  },
  microsoft: {
    gone: 'check the link’s `calendar`; left out it is the main one',
    forbidden: 'put the mailbox into the application’s scope: docs/outlook.md, step 4; it takes effect within hours',
    throttled: wait,
    unsupported: 'set up connectors.microsoft: docs/outlook.md',
    protocol: 'check authority and graphRoot of connectors.microsoft, or leave them out',
  },
};

/** By the provider's own code of a refusal. */
const codeMends: Readonly<Record<string, string>> = {
  mailboxnotenabledforrestapi: 'give the mailbox an Exchange Online licence, or wait until it has been moved',
};

async function mendFor(app: App, link: CalendarLink, error: RemoteError): Promise<string> {
  const { provider } = link;
  if (!isHosted(provider)) return mends[error.kind] ?? otherwise;
  const byCode = codeMends[String(error.detail.code ?? '')];
  if (byCode !== undefined) return byCode;
  if (error.kind !== 'reconnect') return hostedMends[provider][error.kind] ?? otherwise;
  if (!(await isForTheOwner(app, link, error))) return `do what it says; ${guides[provider]} has it step by step`;
  const whose = link.user === null ? '' : ` --user ${link.user}`;
  return `\`callboard calendars add --person ${link.person} --provider ${provider}${whose}\` prints an address for its owner`;
}

function isHosted(provider: ProviderName): provider is Hosted {
  return provider in guides;
}

/** What no consent mends: the registration at the provider itself, or the mailbox. */
const setUpCodes =
  /^(?:invalid_client|unauthorized_client|invalid_request|accessNotConfigured|notACalendarUser|domainPolicy|errorinvaliduser|request_resourcenotfound)$/;

/** Whether its owner must say yes (again): nobody but them has let us in there, or could. */
async function isForTheOwner({ store, config }: App, link: CalendarLink, { detail }: RemoteError): Promise<boolean> {
  if (setUpCodes.test(String(detail.reason ?? detail.code ?? ''))) return false;
  const account = await store.read(r => r.calendars.account(link.account));
  if (account?.secret != null) return true;
  return link.provider === 'google' && config.connectors.google?.serviceAccountKeyFile === null;
}
