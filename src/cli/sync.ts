/** `callboard sync --once`: one full reconciliation to quiescence. */
import { brandId, type CalendarId } from '../model/ids.ts';
import { type SyncReport, syncOnce } from '../sync/sync-once.ts';
import type { Command } from './context.ts';
import { UsageError } from './terminal.ts';

export function syncCommand(options: Readonly<{ once?: boolean; calendar?: string }>): Command {
  return async ({ terminal, app, signal }) => {
    if (!options.once) throw new UsageError('sync runs with --once; `callboard serve` keeps calendars in step');
    await using callboard = await app();
    const only = options.calendar === undefined ? null : brandId<CalendarId>(options.calendar);
    if (only !== null && (await callboard.store.read(r => r.calendars.get(only))) === null) {
      throw new UsageError(`there is no calendar “${options.calendar}”; see \`callboard calendars list\``);
    }
    const bar = terminal.progress('calendars');
    const { concurrency } = callboard.config.sync;
    const report = await syncOnce(callboard.sync, { only, concurrency, signal, onProgress: bar.at });
    bar.end();
    terminal.result(report, () => summary(report));
    const open = await callboard.store.read(async r => {
      const productions = await r.schedule.productions();
      const lists = await Promise.all(productions.map(one => r.findings.list(one.id, 'open')));
      return lists.flat().length;
    });
    return report.failed.length > 0 || open > 0 ? 3 : 0;
  };
}

function summary(report: SyncReport): string {
  const { calendars, created, updated, deleted, inbound, conflicts, requests, durationMs } = report;
  const lines = [
    `${calendars} calendars in ${(durationMs / 1000).toFixed(1)} s, ${requests} requests`,
    `written: ${created} created, ${updated} updated, ${deleted} deleted; ${report.unchanged} unchanged`,
    `from people: ${inbound} edits taken, ${conflicts} findings opened`,
    ...report.failed.map(({ calendar, problem }) => `failed: ${calendar}: ${problem}`),
  ];
  return lines.join('\n');
}
