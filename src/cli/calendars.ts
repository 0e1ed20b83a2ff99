/** `callboard calendars list | add | remove | test | release`: the links and how they fare. */
import { z } from 'zod';
import type { App } from '../app.ts';
import { type Account, type CalendarRow, providers } from '../model/calendar.ts';
import { brandId, type CalendarId, type Instant, type PersonId } from '../model/ids.ts';
import { countedDoor } from '../sync/door.ts';
import { bareAccount, linksOf } from '../sync/links.ts';
import { windowAt } from '../sync/project.ts';
import { RemoteError } from '../sync/remote-error.ts';
import { type Command, productionOf } from './context.ts';
import { table, UsageError } from './terminal.ts';

export function listCalendars(): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const rows = await callboard.store.read(r => r.calendars.all());
    terminal.result(rows.map(publicRow), () =>
      rows.length === 0
        ? 'no calendar is linked; add some under `calendars:` in the configuration, or with `callboard calendars add`'
        : table(
            ['calendar', 'person', 'mode', 'state', 'last sync', 'problem'],
            rows.map(row => [
              row.link.id,
              row.link.person,
              row.link.mode,
              row.state,
              time(row.lastSyncAt),
              row.problem ?? '',
            ]),
          ),
    );
    return 0;
  };
}

const time = (at: Instant | null) => (at === null ? 'never' : new Date(at).toISOString());

/** A link without what only the daemon needs. */
function publicRow({ link, state, problem, lastSyncAt, nextAt, failures }: CalendarRow) {
  const { id, production, person, provider, mode, carrier, url, user, calendar, source } = link;
  const iso = (at: Instant | null) => (at === null ? null : new Date(at).toISOString());
  const health = { state, problem, lastSyncAt: iso(lastSyncAt), nextAt: iso(nextAt), failures };
  return { id, production, person, provider, mode, carrier, url, user, calendar, source, ...health };
}

export type AddOptions = Readonly<{
  person: string;
  provider: string;
  url?: string;
  user?: string;
  passwordFile?: string;
  mode?: string;
  carrier?: string;
  production?: string;
}>;

const addSchema = z.object({
  provider: z.enum(providers),
  mode: z.enum(['two-way', 'publish', 'busy']),
  carrier: z.enum(['copy', 'invite']),
});

/** @param readSecret reads the file that holds the password, or throws a UsageError */
export function addCalendar(options: AddOptions, readSecret: (file: string) => Promise<string>): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { id: production } = productionOf(callboard.config, options.production);
    const asked = addSchema.safeParse({
      provider: options.provider,
      mode: options.mode ?? (options.provider === 'ics' ? 'busy' : 'two-way'),
      carrier: options.carrier ?? 'copy',
    });
    if (!asked.success) throw new UsageError(z.prettifyError(asked.error).replaceAll('\n', '; '));
    const { provider, mode, carrier } = asked.data;
    if (provider === 'google' || provider === 'microsoft') {
      throw new UsageError(
        `${provider} calendars come with a later version of callboard; caldav and ics can be linked now`,
      );
    }
    if (options.url === undefined || !URL.canParse(options.url))
      throw new UsageError('--url needs the address of the calendar');
    const person = brandId<PersonId>(options.person);
    const taken = new Set((await callboard.store.read(r => r.calendars.all())).map(row => row.link.id as string));
    const request = {
      production,
      person,
      provider,
      mode,
      carrier,
      url: options.url,
      user: options.user ?? null,
      calendar: null,
    };
    const [link] = linksOf([request], 'added', taken);
    if (!link) throw new UsageError('nothing to add');
    const account = await accountWith(callboard, bareAccount(link), options.passwordFile, readSecret);
    await callboard.store.write(async r => {
      const snapshot = await r.schedule.snapshot(production);
      if (!snapshot.people.has(person)) throw new UsageError(`there is no person “${person}” in ${production}`);
      await r.calendars.putAccount(account);
      await r.calendars.putLink(link);
      await r.calendars.wake([link.id]);
    });
    terminal.result(link, () => `linked: ${link.id}; \`callboard calendars test ${link.id}\` tries it`);
    return 0;
  };
}

async function accountWith(
  app: App,
  account: Account,
  file: string | undefined,
  readSecret: (file: string) => Promise<string>,
): Promise<Account> {
  if (file === undefined) return account;
  if (app.secretBox === null) {
    throw new UsageError(
      'a stored password needs `secretsKey` in the configuration: 32 bytes, e.g. from `openssl rand -base64 32`',
    );
  }
  return { ...account, secret: app.secretBox.seal(await readSecret(file)) };
}

export function removeCalendar(id: string): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const row = await existing(callboard, id);
    if (row.link.source === 'config') {
      throw new UsageError(`${id} stands in the configuration file; take it out there`);
    }
    await callboard.store.write(r => r.calendars.removeLink(row.link.id));
    terminal.result({ removed: id }, () => `no longer linked: ${id}. What stands in that calendar stays there.`);
    return 0;
  };
}

export function testCalendar(id: string): Command {
  return async ({ terminal, app, signal, runtime }) => {
    await using callboard = await app();
    const row = await existing(callboard, id);
    const problem = await probe(callboard, row, signal);
    terminal.result({ calendar: id, ok: problem === null, problem }, () =>
      problem === null ? `${id} answers` : `${id}: ${problem}`,
    );
    runtime.log.debug({ calendar: id }, 'calendar tested');
    return problem === null ? 0 : 1;
  };
}

/** Reads the first page of a calendar and stores nothing. Returns what is wrong, or null. */
export async function probe(app: App, row: CalendarRow, signal: AbortSignal): Promise<string | null> {
  const { sync, runtime } = app;
  try {
    const snapshot = await app.store.read(r => r.schedule.snapshot(row.link.production));
    const secret = await sync.secret(row.link.account);
    const { door } = countedDoor({
      fetch: sync.fetch,
      secret,
      now: runtime.now,
      zone: snapshot.zone,
      log: runtime.log,
      signal,
    });
    await using session = await sync.connector(row.link.provider).open(row.link, door);
    const window = windowAt(runtime.now(), sync.settings.pastDays, sync.settings.futureDays);
    for await (const _page of session.observe(null, window, async () => new Map())) return null;
    return 'the calendar answered without a listing';
  } catch (error) {
    if (error instanceof RemoteError) return error.message;
    throw error;
  }
}

export function releaseCalendar(id: string | undefined, options: Readonly<{ all?: boolean }>): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    if ((id === undefined) !== Boolean(options.all)) throw new UsageError('release takes a calendar, or --all');
    const released = await callboard.store.write(async r => {
      const rows = (await r.calendars.all()).filter(row => id === undefined || row.link.id === id);
      const braked: CalendarId[] = [];
      for (const row of rows) {
        const finding = await r.findings.byKey(row.link.production, `brake/${row.link.id}`);
        if (row.state !== 'halted' && finding?.state !== 'open') continue;
        await r.calendars.patch(row.link.id, { state: 'ok', problem: null, released: true, plannedFrom: null });
        braked.push(row.link.id);
      }
      await r.calendars.wake(braked);
      return { braked, known: rows.length };
    });
    if (released.known === 0 && id !== undefined) throw new UsageError(`there is no calendar “${id}”`);
    terminal.result({ released: released.braked }, () =>
      released.braked.length === 0 ? 'no brake is on' : `released: ${released.braked.join(', ')}`,
    );
    return 0;
  };
}

async function existing(app: App, id: string): Promise<CalendarRow> {
  const row = await app.store.read(r => r.calendars.get(brandId<CalendarId>(id)));
  if (row === null) throw new UsageError(`there is no calendar “${id}”; see \`callboard calendars list\``);
  return row;
}
