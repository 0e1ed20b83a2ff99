/** `callboard export`: the schedule at office level, or one person's at that person's tier. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brandId, type Instant, type PersonId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import {
  exportFacesCsv,
  exportFacesIcs,
  exportFacesJson,
  exportFacesWorkbook,
  type RenderedEvent,
} from '../schedule/export/faces.ts';
import type { CsvFile } from '../schedule/export/files.ts';
import { exportCsv, exportIcs, exportJson, exportWorkbook } from '../schedule/export/schedule.ts';
import { projectPerson } from '../sync/project.ts';
import { type Command, productionOf } from './context.ts';
import { CommandError, UsageError } from './terminal.ts';

export type ExportOptions = Readonly<{
  format: 'ics' | 'csv' | 'json' | 'xlsx';
  person?: string;
  out?: string;
  production?: string;
}>;

/** One file's content, or sheets for a folder. */
type Exported = Readonly<{ file: string | Buffer }> | Readonly<{ folder: readonly CsvFile[] }>;

export function exportCommand(options: ExportOptions): Command {
  return async ({ terminal, app, runtime }) => {
    if (options.format === 'csv' && options.out?.toLowerCase().endsWith('.csv')) {
      throw new UsageError('csv is several sheets: --out takes a folder; without it the schedule alone is written');
    }
    if (terminal.json && options.out === undefined && options.format !== 'json') {
      throw new UsageError('with --json the file itself needs a place: --out PATH');
    }
    await using callboard = await app();
    const { id } = productionOf(callboard.config, options.production);
    const snapshot = await callboard.store.read(r => r.schedule.snapshot(id));
    const exported = await make(snapshot, options, runtime.now());
    if (options.out === undefined) {
      process.stdout.write(toStream(exported, note => terminal.note(note)));
      return 0;
    }
    const written = await save(exported, options.out);
    terminal.result({ written }, () => `written: ${written.join(', ')}`);
    return 0;
  };
}

async function make(snapshot: ScheduleSnapshot, { format, person }: ExportOptions, now: Instant): Promise<Exported> {
  const whose = person === undefined ? null : facesOf(snapshot, person);
  // Who it is for and how old it is stands in it: production-domain.md section 5, rule 7.
  const name = `${snapshot.name}${whose ? `, ${whose.name}` : ''}, revision ${snapshot.revision}, ${new Date(now).toISOString()}`;
  switch (format) {
    case 'ics':
      return { file: whose ? exportFacesIcs(name, whose.events) : exportIcs(snapshot) };
    case 'json': {
      const data = whose ? { for: name, ...exportFacesJson(whose.events) } : exportJson(snapshot);
      return { file: `${JSON.stringify(data, null, 2)}\n` };
    }
    case 'csv':
      return { folder: whose ? exportFacesCsv(whose.events) : exportCsv(snapshot) };
    case 'xlsx':
      return { file: await (whose ? exportFacesWorkbook(whose.events) : exportWorkbook(snapshot)) };
  }
}

function facesOf(snapshot: ScheduleSnapshot, wanted: string): Readonly<{ name: string; events: RenderedEvent[] }> {
  const person = snapshot.people.get(brandId<PersonId>(wanted));
  if (!person) throw new CommandError(`there is no person “${wanted}” in ${snapshot.production}`);
  const always = { from: Number.MIN_SAFE_INTEGER / 2, to: Number.MAX_SAFE_INTEGER / 2 };
  const events = [...projectPerson(snapshot, person, always).wanted.values()].map(({ event, face, status }) => ({
    id: event.id,
    uid: event.uid,
    sequence: event.sequence,
    updatedAt: event.updatedAt,
    face,
    status,
  }));
  return { name: person.name, events };
}

/** Standard output takes one file: of several sheets it is the schedule. */
function toStream(exported: Exported, note: (text: string) => void): string | Buffer {
  if ('folder' in exported) {
    note(`this is the schedule; --out FOLDER writes all ${exported.folder.length} sheets`);
    return exported.folder.find(sheet => sheet.name === 'schedule.csv')?.text ?? '';
  }
  if (Buffer.isBuffer(exported.file) && process.stdout.isTTY) {
    throw new UsageError('a workbook is not for the terminal: give --out FILE, or redirect it');
  }
  return exported.file;
}

async function save(exported: Exported, out: string): Promise<string[]> {
  if ('file' in exported) {
    await writeFile(out, exported.file);
    return [out];
  }
  await mkdir(out, { recursive: true });
  for (const { name, text } of exported.folder) await writeFile(join(out, name), text);
  return exported.folder.map(({ name }) => join(out, name));
}
