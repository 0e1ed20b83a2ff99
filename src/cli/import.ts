/** `callboard import PATH…`: sheets, workbook or iCalendar into the schedule. */
import { markFirstImport } from '../mail/outbox.ts';
import { type ImportReport, importSchedule } from '../schedule/import.ts';
import { readSource } from '../schedule/read.ts';
import { type Command, productionOf } from './context.ts';
import { table } from './terminal.ts';

export type ImportOptions = Readonly<{ dryRun?: boolean; prune?: boolean; production?: string; by?: string }>;

export function importCommand(paths: readonly string[], options: ImportOptions): Command {
  return async ({ terminal, app, runtime }) => {
    await using callboard = await app();
    const { id, timezone } = productionOf(callboard.config, options.production);
    const source = await readSource(paths, timezone);
    const first = (await callboard.store.read(r => r.schedule.snapshot(id))).events.size === 0;
    if (first && !options.dryRun) await callboard.store.write(r => markFirstImport(r, id));
    const bar = terminal.progress('rows');
    const report = await importSchedule(callboard.store, {
      production: id,
      source,
      dryRun: options.dryRun ?? false,
      prune: options.prune ?? false,
      by: options.by ?? 'import',
      now: runtime.now(),
      held: callboard.config.publishing.held,
      onProgress: (done, total) => bar.at(done, total),
    });
    bar.end();
    terminal.result(report, () => summary(report, options.dryRun ?? false));
    return 0;
  };
}

function summary(report: ImportReport, dryRun: boolean): string {
  const { added, changed, removed, unchanged, rejected, warnings } = report;
  const counts = `${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged, ${rejected.length} rejected`;
  const rows = (list: ImportReport['rejected']) =>
    table(
      ['file', 'row', 'column', 'value', 'problem'],
      list.map(({ file, row, column, value, problem }) => [file, row > 0 ? String(row) : '', column, value, problem]),
    );
  return [
    dryRun ? `nothing was stored (dry run): ${counts}` : counts,
    ...(rejected.length > 0 ? ['', 'rejected:', rows(rejected)] : []),
    ...(warnings.length > 0 ? ['', 'look at:', rows(warnings)] : []),
  ].join('\n');
}
