/** `callboard export`: the schedule at office level, or one person's at that person's tier. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant, PersonId } from '../model/ids.ts';
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
import { UsageError } from './terminal.ts';

export type ExportOptions = Readonly<{ format: string; person?: string; out?: string; production?: string }>;

type Exported = string | Buffer | readonly CsvFile[];

export function exportCommand(options: ExportOptions): Command {
  return async ({ terminal, app, runtime }) => {
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
      return whose ? exportFacesIcs(name, whose.events) : exportIcs(snapshot);
    case 'json':
      return `${JSON.stringify(whose ? { for: name, ...exportFacesJson(whose.events) } : exportJson(snapshot), null, 2)}\n`;
    case 'csv':
      return whose ? exportFacesCsv(whose.events) : exportCsv(snapshot);
    case 'xlsx':
      return await (whose ? exportFacesWorkbook(whose.events) : exportWorkbook(snapshot));
    default:
      throw new UsageError(`“${format}” is not ics, csv, json or xlsx`);
  }
}

function facesOf(snapshot: ScheduleSnapshot, wanted: string): Readonly<{ name: string; events: RenderedEvent[] }> {
  const person = snapshot.people.get(wanted as PersonId);
  if (!person) throw new UsageError(`there is no person “${wanted}” in ${snapshot.production}`);
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
  if (typeof exported === 'string') return exported;
  if (Buffer.isBuffer(exported)) {
    if (process.stdout.isTTY)
      throw new UsageError('a workbook is not for the terminal: give --out FILE, or redirect it');
    return exported;
  }
  const files = exported as readonly CsvFile[];
  const schedule = files.find(file => file.name === 'schedule.csv') ?? files[0];
  if (files.length > 1) note(`this is the schedule; --out FOLDER writes all ${files.length} sheets`);
  return schedule?.text ?? '';
}

async function save(exported: Exported, out: string): Promise<string[]> {
  if (typeof exported === 'string' || Buffer.isBuffer(exported)) {
    await writeFile(out, exported);
    return [out];
  }
  const files = exported as readonly CsvFile[];
  await mkdir(out, { recursive: true });
  for (const { name, text } of files) await writeFile(join(out, name), text);
  return files.map(file => join(out, file.name));
}
