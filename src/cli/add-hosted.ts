/**
 * `callboard calendars add` for Google and Outlook. A mailbox that callboard may open by itself is linked at once; for
 * any other the office gets an address, behind which its owner says yes.
 */
import type { App } from '../app.ts';
import { isLoopback } from '../config/values.ts';
import { stampWords } from '../mail/words.ts';
import type { ProviderName } from '../model/calendar.ts';
import { brandId, type PersonId } from '../model/ids.ts';
import { consentByDevice, invitationMs, invite } from '../sync/consent.ts';
import { accountOf, type LinkRequest } from '../sync/links.ts';
import type { RemoteError, RemoteKind } from '../sync/remote-error.ts';
import { type Command, type CommandContext, productionOf } from './context.ts';
import { type AddOptions, linkFor, requirePerson, saveLink } from './linking.ts';
import { probe } from './probe.ts';
import { UsageError } from './terminal.ts';

export type HostedOptions = AddOptions & Readonly<{ provider: Extract<ProviderName, 'google' | 'microsoft'> }>;

type HostedRequest = LinkRequest & Pick<HostedOptions, 'provider'>;

export function addHosted(options: HostedOptions): Command {
  return async context => {
    const asked = requestOf(options);
    await using callboard = await context.app();
    const { id, timezone } = productionOf(callboard.config, options.production);
    const request = { ...asked, production: id };
    const { name } = await requirePerson(callboard, request);
    if (options.deviceCode) {
      const { terminal, signal } = context;
      const link = await consentByDevice(callboard.consent, request, words => terminal.note(words), signal);
      terminal.result(link, () => `linked: ${link.id}; the daemon fills it, or \`callboard sync --once\``);
      return 0;
    }
    if (request.user !== null) await linkFor(callboard, request, options.mode !== undefined);
    if (await linkAtOnce(callboard, request, context)) return 0;
    const until = context.runtime.now() + invitationMs;
    const address = await invite(callboard.consent, request);
    if (isLoopback(new URL(address).hostname)) {
      context.terminal.note('`server.publicUrl` names this machine only: the address opens nowhere else');
    }
    const data = { connect: address, person: request.person, expires: new Date(until).toISOString() };
    context.terminal.result(data, () =>
      [
        `give this address to ${name}; it works once, until ${stampWords(until, timezone)}, while the daemon runs:`,
        address,
      ].join('\n'),
    );
    return 0;
  };
}

/** Throws UsageError. */
function requestOf(options: HostedOptions): Omit<HostedRequest, 'production'> {
  const { provider, carrier, mode = 'two-way' } = options;
  const calendar = options.calendar === undefined || options.calendar === 'primary' ? null : options.calendar;
  if (options.url !== undefined) throw new UsageError(`a ${provider} calendar has no --url: say whose with --user`);
  if (options.passwordFile !== undefined) {
    throw new UsageError(`no password is taken for ${provider}: its owner says yes on the provider’s page`);
  }
  const user = options.user?.trim().toLowerCase() ?? null;
  if (user !== null && !/^[^\s@]+@[^\s@]+$/.test(user)) throw new UsageError('--user: allowed is a mail address');
  return { person: brandId<PersonId>(options.person), provider, carrier, mode, calendar, user, url: null };
}

/** What is otherwise once the owner of the mailbox has said yes. At Google `forbidden` is a right of the calendar's own. */
const endedByConsent: Readonly<Record<HostedOptions['provider'], readonly RemoteKind[]>> = {
  google: ['reconnect'],
  microsoft: ['reconnect', 'forbidden'],
};

/** Whether the mailbox could be opened, and so was linked. Throws RemoteError for what no consent would mend. */
async function linkAtOnce(
  callboard: App,
  request: HostedRequest,
  { terminal, signal }: CommandContext,
): Promise<boolean> {
  if (request.user === null) return false;
  const link = await linkFor(callboard, request, false);
  const problem = await probe(callboard, link, () => callboard.sync.secret(accountOf(request)), signal);
  if (problem !== null) {
    if (!mayBeMended(callboard, request, problem)) throw problem;
    terminal.note(`callboard cannot open ${request.user} by itself: ${problem.message}`);
    return false;
  }
  await saveLink(callboard, link);
  terminal.result(link, () => `linked: ${link.id}; the daemon fills it, or \`callboard sync --once\``);
  return true;
}

function mayBeMended({ sync }: App, { provider }: HostedRequest, { kind }: RemoteError): boolean {
  return endedByConsent[provider].includes(kind) && sync.connector(provider).consent !== undefined;
}
