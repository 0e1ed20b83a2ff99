/** `callboard calendars add`: a calendar is tried before it is linked, and linked only if it answers. */
import type { App } from '../app.ts';
import { type CalendarConfig, calendars } from '../config/calendars.ts';
import { accountOf, type LinkRequest } from '../sync/links.ts';
import { addHosted } from './add-hosted.ts';
import { type Command, productionOf } from './context.ts';
import { type AddOptions, linkFor, requirePerson, saveLink } from './linking.ts';
import { probe } from './probe.ts';
import { CommandError, counted, type Terminal, UsageError } from './terminal.ts';

/** @param readSecret reads the file that holds the password, or throws a CommandError */
export function addCalendar(options: AddOptions, readSecret: (file: string) => Promise<string>): Command {
  const { provider } = options;
  return provider === 'google' || provider === 'microsoft'
    ? addHosted({ ...options, provider })
    : addByAddress(options, readSecret);
}

/** A CalDAV calendar or a feed: where it is and what to sign in with is all there is to know. */
function addByAddress(options: AddOptions, readSecret: (file: string) => Promise<string>): Command {
  return async ({ terminal, app, signal }) => {
    const asked = requestOf(options);
    await using callboard = await app();
    const { id: production } = productionOf(callboard.config, options.production);
    const request: LinkRequest = { ...asked, production, user: options.user ?? null };
    await requirePerson(callboard, request);
    const given = options.passwordFile === undefined ? null : await readSecret(options.passwordFile);
    if (given !== null && callboard.secretBox === null) {
      throw new CommandError('a stored password needs `secretsKey` in the configuration: `openssl rand -base64 32`');
    }
    const secret = given ?? (await callboard.sync.secret(accountOf(request)));
    if ((request.user === null) !== (secret === null)) {
      throw new UsageError('a user and a password go together: --user and --password-file');
    }
    const where = { url: asked.url, user: request.user, secret };
    const url = asked.provider === 'caldav' ? await calendarAt(callboard, where, terminal, signal) : asked.url;
    const link = await linkFor(callboard, { ...request, url }, true);
    const problem = await probe(callboard, link, async () => secret, signal);
    if (problem !== null) throw problem;
    await saveLink(callboard, link, given);
    terminal.result(link, () => `linked: ${link.id}; the daemon fills it, or \`callboard sync --once\``);
    return 0;
  };
}

/** What the configuration allows is allowed here. Throws UsageError. */
function requestOf(options: AddOptions): CalendarConfig & Readonly<{ url: string }> {
  const { person, provider, carrier, mode, user, passwordFile, calendar } = options;
  if (calendar !== undefined) throw new UsageError(`a ${provider} calendar is named by --url, not by --calendar`);
  if (provider === 'ics' && (user ?? passwordFile) !== undefined) {
    throw new UsageError('a feed is read without signing in: no --user, no --password-file');
  }
  const url = options.url?.trim();
  const parsed = calendars.safeParse([{ person, provider, url, carrier, ...(mode === undefined ? {} : { mode }) }]);
  const [request] = parsed.data ?? [];
  if (request?.url) return { ...request, url: request.url };
  const problems = parsed.error?.issues.map(
    ({ path, message }) => `--${path.slice(1).join('.')}: allowed is ${message}`,
  );
  throw new UsageError(problems?.join('; ') ?? '--url: an address is needed');
}

/** The calendar at an address, as its server names it; of a server, its calendars are shown and none is taken. */
async function calendarAt(
  { discover }: App,
  where: Parameters<App['discover']>[0],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<string> {
  const found = await discover(where, signal);
  const own = found.find(({ url }) => sameAddress(url, where.url));
  if (own) return own.url;
  if (found.length === 0) throw new CommandError(`there is no calendar at ${where.url}`);
  terminal.result({ linked: null, found: found.map(({ url, name }) => ({ url, name })) }, () =>
    found.map(({ url, name }) => `${url}  ${name}`).join('\n'),
  );
  const there = counted(found.length, 'calendar is', 'calendars are');
  throw new CommandError(`${where.url} is no calendar itself; ${there} there: say which with --url`);
}

function sameAddress(a: string, b: string): boolean {
  const plain = (url: string) => decodeURI(new URL(url).href).replace(/\/+$/, '');
  return plain(a) === plain(b);
}
