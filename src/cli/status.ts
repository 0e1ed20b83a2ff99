/** `callboard status`: health, counts, lag, and how each calendar fares. */
import type { App } from '../app.ts';
import { type InboxTrouble, inboxTrouble } from '../mail/inbox/loop.ts';
import type { Command } from './context.ts';
import { counted, table } from './terminal.ts';

export function statusCommand(): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const status = await readStatus(callboard);
    terminal.result(status, () => text(status));
    return 0;
  };
}

async function readStatus({ store, runtime, config }: App) {
  const now = runtime.now();
  return await store.read(async r => {
    const rows = await r.calendars.all();
    const productions = await r.schedule.productions();
    const findings = (await Promise.all(productions.map(({ id }) => r.findings.list(id, 'open')))).flat();
    const messages = (await Promise.all(productions.map(({ id }) => r.mail.messages(id)))).flat();
    const snapshots = await Promise.all(productions.map(({ id }) => r.schedule.snapshot(id)));
    const late = rows.filter(row => row.state !== 'halted' && row.nextAt < now).map(row => now - row.nextAt);
    return {
      store: store.dialect,
      productions: snapshots.map(({ production: id, name, zone, revision, events, people }) => ({
        id,
        name,
        zone,
        revision,
        events: [...events.values()].filter(event => event.content.status !== 'cancelled').length,
        people: people.size,
      })),
      counts: await r.meta.counts(),
      openFindings: countBy(findings, finding => finding.kind),
      messages: countBy(messages, message => message.state),
      inbox: config.mail.inbox === null ? null : inboxState(await inboxTrouble(r)),
      messagesToRelease: messages.filter(message => message.waitsFor === 'release').length,
      calendarStates: countBy(rows, row => row.state),
      lagSeconds: Math.round(Math.max(0, ...late) / 1000),
      calendars: rows.map(row => ({
        id: row.link.id,
        person: row.link.person,
        state: row.state,
        lastSyncAt: row.lastSyncAt === null ? null : new Date(row.lastSyncAt).toISOString(),
        waiting: row.wakeSeq > row.doneSeq,
        problem: row.problem,
      })),
    };
  });
}

function countBy<Row>(rows: readonly Row[], key: (row: Row) => string): Readonly<Record<string, number>> {
  const groups = [...Map.groupBy(rows, key)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([name, members]) => [name, members.length]));
}

/** `problem` null: the last reading went well, or there was none yet. */
function inboxState(trouble: InboxTrouble | null) {
  if (trouble === null) return { problem: null, since: null };
  return { problem: trouble.problem, since: new Date(trouble.since).toISOString() };
}

type Status = Awaited<ReturnType<typeof readStatus>>;

function text(status: Status): string {
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none';
  const troubled = status.calendars.filter(calendar => calendar.state !== 'ok');
  return [
    ...status.productions.map(
      ({ name, zone, revision, events, people }) =>
        `${name} (${zone}): ${counted(events, 'event')}, ${counted(people, 'person', 'people')}; revision ${revision}`,
    ),
    `calendars: ${counts(status.calendarStates)}; lag ${status.lagSeconds} s`,
    `open findings: ${counts(status.openFindings)}`,
    `messages: ${counts(status.messages)}${status.messagesToRelease > 0 ? `; ${status.messagesToRelease} wait for \`callboard mail release\`` : ''}`,
    ...(status.inbox?.problem ? [`answers: not read since ${status.inbox.since}: ${status.inbox.problem}`] : []),
    ...(troubled.length === 0
      ? []
      : [
          '',
          table(
            ['calendar', 'state', 'problem'],
            troubled.map(({ id, state, problem }) => [id, state, problem ?? '']),
          ),
        ]),
  ].join('\n');
}
