/** `callboard calendars list | remove | test | release`: the links and how they fare. */
import type { App } from '../app.ts';
import { stampWords } from '../mail/words.ts';
import type { CalendarRow } from '../model/calendar.ts';
import { brandId, type CalendarId, type Instant } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Command } from './context.ts';
import { type Notices, noticesOf } from './notices.ts';
import { probe } from './probe.ts';
import { CommandError, table, UsageError } from './terminal.ts';

export function listCalendars(): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { rows, snapshots } = await callboard.store.read(async r => {
      const found = await Promise.all((await r.schedule.productions()).map(({ id }) => r.schedule.snapshot(id)));
      const told = Map.groupBy(await r.watches.all(), watching => watching.calendar);
      const listed = (await r.calendars.all()).map(row => ({
        ...row,
        ...noticesOf(told.get(row.link.id) ?? [], callboard.runtime.now()),
      }));
      return { rows: listed, snapshots: new Map(found.map(one => [one.production, one])) };
    });
    terminal.result(rows.map(publicRow), () =>
      rows.length === 0
        ? 'no calendar is linked; add some under `calendars:` in the configuration, or with `callboard calendars add`'
        : table(
            ['calendar', 'person', 'mode', 'state', 'notices', 'last sync', 'problem'],
            rows.map(row => cellsOf(row, snapshots.get(row.link.production))),
          ),
    );
    return 0;
  };
}

type Listed = CalendarRow & Notices;

function cellsOf(row: Listed, snapshot: ScheduleSnapshot | undefined): string[] {
  const { link, state, problem, notices, noticesProblem, lastSyncAt } = row;
  const person = snapshot?.people.get(link.person)?.name ?? link.person;
  const last = lastSyncAt === null || !snapshot ? 'never' : stampWords(lastSyncAt, snapshot.zone);
  const problems = [problem, noticesProblem && `no notices: ${noticesProblem}`].filter(Boolean).join('; ');
  return [link.id, person, link.mode, state, notices, last, problems];
}

/** A link without what only the daemon needs. */
function publicRow({ link, state, problem, notices, noticesProblem, lastSyncAt, nextAt, failures }: Listed) {
  const { id, production, person, provider, mode, carrier, url, user, calendar, source } = link;
  const iso = (at: Instant | null) => (at === null ? null : new Date(at).toISOString());
  const times = { lastSyncAt: iso(lastSyncAt), nextAt: iso(nextAt) };
  const health = { state, problem, notices, noticesProblem, ...times, failures };
  return { id, production, person, provider, mode, carrier, url, user, calendar, source, ...health };
}

export function removeCalendar(id: string): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { link } = await existing(callboard, id);
    if (link.source === 'config') {
      throw new CommandError(`${id} stands in the configuration file; take it out there`);
    }
    if (link.source === 'domain') {
      throw new CommandError(
        `${id} follows the unit list and connectors.${link.provider}.domains, and would come back: take the domain ` +
          'out there, or say in the person’s column `calendar` what they use instead (email: none)',
      );
    }
    await callboard.store.write(async r => {
      await r.calendars.removeLink(link.id);
      const others = (await r.calendars.all()).filter(row => row.link.account === link.account);
      const account = others.length > 0 ? null : await r.calendars.account(link.account);
      // A password that nothing needs any more is not kept.
      if (account) await r.calendars.putAccount({ ...account, secret: null });
    });
    terminal.result({ removed: id }, () => `no longer linked: ${id}. What stands in that calendar stays there.`);
    return 0;
  };
}

export function testCalendar(id: string): Command {
  return async ({ terminal, app, signal }) => {
    await using callboard = await app();
    const { link, state } = await existing(callboard, id);
    const problem = await probe(callboard, link, () => callboard.sync.secret(link.account), signal);
    terminal.result({ calendar: id, ok: problem === null, problem: problem?.message ?? null }, () =>
      problem === null ? `${id} answers` : `${id}: ${problem.message}`,
    );
    if (problem !== null) return 1;
    if (state === 'needs-consent') {
      await callboard.store.write(async r => {
        await r.calendars.patch(link.id, { state: 'unread' });
        await r.calendars.wake([link.id]);
      });
    }
    return 0;
  };
}

export function releaseCalendar(id: string | undefined, options: Readonly<{ all?: boolean }>): Command {
  return async ({ terminal, app }) => {
    if ((id === undefined) !== Boolean(options.all)) throw new UsageError('release takes a calendar, or --all');
    await using callboard = await app();
    if (id !== undefined) await existing(callboard, id);
    const released = await callboard.store.write(async r => {
      const braked: CalendarId[] = [];
      for (const { link, state, released: isReleased } of await r.calendars.all()) {
        if (id !== undefined && link.id !== id) continue;
        const finding = await r.findings.byKey(link.production, `brake/${link.id}`);
        if (state !== 'halted' && (isReleased || finding?.state !== 'open')) continue;
        await r.calendars.patch(link.id, { state: 'ok', problem: null, released: true, plannedFrom: null });
        braked.push(link.id);
      }
      await r.calendars.wake(braked);
      return braked;
    });
    terminal.result({ released }, () =>
      released.length === 0 ? 'no brake is on' : `released: ${released.join(', ')}`,
    );
    return 0;
  };
}

async function existing(app: App, id: string): Promise<CalendarRow> {
  const row = await app.store.read(r => r.calendars.get(brandId<CalendarId>(id)));
  if (row === null) throw new CommandError(`there is no calendar “${id}”; see \`callboard calendars list\``);
  return row;
}
