/** `callboard sync --once`: one full reconciliation to quiescence. */
import { brandId, type CalendarId } from '../model/ids.ts';
import type { Repositories } from '../store/store.ts';
import { type SyncReport, syncOnce } from '../sync/sync-once.ts';
import type { Command } from './context.ts';
import { CommandError, counted, UsageError } from './terminal.ts';

export function syncCommand(options: Readonly<{ once?: boolean; calendar?: string }>): Command {
  return async ({ terminal, app, signal }) => {
    if (!options.once) throw new UsageError('sync runs with --once; `callboard serve` keeps calendars in step');
    await using callboard = await app();
    const only = options.calendar === undefined ? null : brandId<CalendarId>(options.calendar);
    if (only !== null && (await callboard.store.read(r => r.calendars.get(only))) === null) {
      throw new CommandError(`there is no calendar “${options.calendar}”; see \`callboard calendars list\``);
    }
    const bar = terminal.progress('calendars');
    const { concurrency } = callboard.config.sync;
    const report = await syncOnce(callboard.sync, { only, concurrency, signal, onProgress: bar.at });
    bar.end();
    const open = await callboard.store.read(r => openFindings(r, only));
    terminal.result(report, () => summary(report, open));
    if (signal.aborted) throw new CommandError('stopped before the end; run it again to go on');
    return report.failed.length > 0 || open > 0 ? 3 : 0;
  };
}

async function openFindings({ schedule, findings }: Repositories, only: CalendarId | null): Promise<number> {
  if (only !== null) return (await findings.ofCalendar(only, 'open')).length;
  const lists = (await schedule.productions()).map(({ id }) => findings.list(id, 'open'));
  return (await Promise.all(lists)).flat().length;
}

function summary(report: SyncReport, open: number): string {
  const { calendars, created, updated, deleted, inbound, conflicts, requests, durationMs } = report;
  const lines = [
    `${counted(calendars, 'calendar')} in ${(durationMs / 1000).toFixed(1)} s, ${counted(requests, 'request')}`,
    `written: ${created} created, ${updated} updated, ${deleted} deleted; ${report.unchanged} unchanged`,
    `from people: ${counted(inbound, 'edit')} taken, ${counted(conflicts, 'finding')} opened`,
    ...report.failed.map(({ calendar, problem }) => `failed: ${calendar}: ${problem}`),
    ...(open > 0 ? [`to decide: ${counted(open, 'finding')}; see \`callboard conflicts list\``] : []),
  ];
  return lines.join('\n');
}
