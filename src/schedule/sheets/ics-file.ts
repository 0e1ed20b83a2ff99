/** An iCalendar file as sheets: the schedule's columns that iCalendar knows; all else of a known event stays. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { IcalError } from '../../ical/ical-error.ts';
import { type ReadItem, readCalendar } from '../../ical/read.ts';
import type { TimeFlag } from '../../ical/read-when.ts';
import { shortHash } from '../../model/identity.ts';
import type { ZoneName } from '../../model/when.ts';
import { ImportError } from '../errors.ts';
import { requireSize } from './csv-folder.ts';
import { decodeText } from './decode.ts';
import { faceTables, type ShownEvent } from './face-sheets.ts';
import { type RawSheet, type RowNote, type SheetName, type Sheets, shortened } from './sheet.ts';
import { fileText, type Table } from './table.ts';

/**
 * Events keep the id that an export gave them (X-CALLBOARD-ID); others get one made from their UID, the same in every
 * import. A new event is a `meeting`. Rows are numbered as the events stand in the file, from 1.
 * Throws ImportError for a file that is not iCalendar.
 */
export async function readIcsFile(path: string, zone: ZoneName): Promise<Sheets> {
  const file = basename(path);
  await requireSize(path);
  const { text, warning } = decodeText(await readFile(path));
  const { items, problems } = read(text, zone, file);
  const events = items.map((item, index) => ({ item, line: index + 1, shown: shownEvent(item) }));
  const note = (problem: string, value = ''): RowNote => ({
    file,
    row: 0,
    column: '',
    value: shortened(value),
    problem,
  });
  const flagged = events.flatMap(({ item, line }) =>
    item.flags.map(flag => ({ ...note(flagProblems[flag]), row: line, column: 'timezone' })),
  );
  return {
    sheets: [...Map.groupBy(events, ({ item }) => unsaidIn(item).join())].flatMap(([unsaid, group]) =>
      sheetsOf(file, group, unsaid.split(',')),
    ),
    warnings: [
      ...(warning === null ? [] : [note(warning)]),
      ...problems.map(({ uid, problem }) => note(problem, uid ?? '')),
      ...flagged,
    ],
  };
}

/**
 * What iCalendar does not tell of an event, and an import must leave alone: whole days have no zone; a cancelled series
 * tells that all of its dates are off, and no more which of them were before.
 */
function unsaidIn({ face, status }: ReadItem): readonly string[] {
  const zone = face.when.kind === 'all-day' ? ['timezone'] : [];
  return status === 'cancelled' ? [...zone, 'rrule', 'except', 'overrides'] : zone;
}

const flagProblems: Readonly<Record<TimeFlag, string>> = {
  'floating-time': 'a time without a zone; read in the production’s',
  'zone-guessed': 'a zone by a name of its own; read as the nearest known one',
  'in-clock-gap': 'a time that the clocks skip',
};

function read(text: string, zone: ZoneName, file: string) {
  try {
    return readCalendar(text, { zone });
  } catch (cause) {
    if (cause instanceof IcalError) throw new ImportError('unreadable', `${file}: ${cause.message}`, { cause });
    throw cause;
  }
}

function shownEvent({ uid, recurrence, face, status, callboardId }: ReadItem): ShownEvent {
  const own = `ics-${shortHash(recurrence === null ? uid : `${uid} ${recurrence}`)}`;
  return { id: callboardId ?? own, face: { ...face, title: face.title.trim() || 'Untitled' }, status };
}

type Numbered = Readonly<{ line: number; shown: ShownEvent }>;

function sheetsOf(file: string, events: readonly Numbered[], without: readonly string[]): RawSheet[] {
  const [schedule, overrides] = faceTables(events.map(event => event.shown));
  const lines = new Map(events.map(({ shown, line }) => [shown.id, line]));
  const sheet = (name: SheetName, { headings, rows }: Table): RawSheet => ({
    name,
    file,
    headings: headings.filter(heading => !without.includes(heading)),
    rows: rows.map(cells => ({
      line: lines.get(cells[0]?.text ?? '') ?? 0,
      cells: cells.filter((_, index) => !without.includes(headings[index] ?? '')).map(fileText),
      problem: null,
    })),
    ...(name === 'schedule' && { defaults: { kind: 'meeting' } }),
  });
  const all = [sheet('schedule', schedule), sheet('overrides', overrides)];
  return all.filter(each => each.rows.length > 0 && !without.includes(each.name));
}
