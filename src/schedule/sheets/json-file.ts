/** The JSON form of the sheets, as the export writes it: an array of objects a sheet, by the sheets' own headings. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { ImportError } from '../errors.ts';
import { requireSize } from './csv-folder.ts';
import { guarded } from './guard.ts';
import { sheetFrom } from './raw-sheet.ts';
import { type RawSheet, type Sheets, sheetNames } from './sheet.ts';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
const rows = z.array(z.record(z.string(), cell));
const schema = z.looseObject({ ...Object.fromEntries(sheetNames.map(name => [name, rows.optional()])) });

/** Throws ImportError for what is not JSON, or not of that form. */
export async function readJsonFile(path: string): Promise<Sheets> {
  const file = basename(path);
  await requireSize(path);
  const parsed = schema.safeParse(parse(await readFile(path, 'utf8'), file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new ImportError('unreadable', `${file}: ${where} is not a list of rows with text, numbers, lists or null`);
  }
  const sheets = sheetNames.flatMap(name => sheetOf(name, file, rows.optional().parse(parsed.data[name])));
  if (sheets.length > 0) return { sheets, warnings: [] };
  throw new ImportError('nothing-known', `${file} has none of the lists ${sheetNames.join(', ')}`);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ImportError('unreadable', `${file} is not JSON, or is cut off`, { cause });
  }
}

function sheetOf(name: RawSheet['name'], file: string, list: z.infer<typeof rows> | undefined): RawSheet[] {
  if (list === undefined) return [];
  const headings = [...new Set(list.flatMap(row => Object.keys(row)))];
  const table = list.map(row => headings.map(heading => cellText(row[heading] ?? null)));
  const lines = [headings, ...table].map((cells, index) => ({ line: index + 1, cells, problem: null }));
  const sheet = sheetFrom(name, `${file}/${name}`, lines);
  return sheet ? [sheet] : [];
}

function cellText(value: z.infer<typeof cell>): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? guarded(value.join(';')) : guarded(String(value));
}
