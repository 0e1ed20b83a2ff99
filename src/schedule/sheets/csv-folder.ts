/** A folder of CSV files, one a sheet. Other files in it are not ours and are passed over. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { ImportError } from '../errors.ts';
import { csvRows } from './csv.ts';
import { decodeText } from './decode.ts';
import { sheetFrom } from './raw-sheet.ts';
import { type RawSheet, type RowNote, type Sheets, sheetNamed, sheetNames } from './sheet.ts';

/** Larger files are no sheets of a schedule. */
const maxFileBytes = 50 * 1024 * 1024;

/** Throws ImportError when no file in it is one of our sheets. */
export async function readCsvFolder(path: string): Promise<Sheets> {
  const files = (await readdir(path)).filter(isSheetFile).sort();
  if (files.length === 0) {
    throw new ImportError('nothing-known', `${path} holds none of ${sheetNames.map(name => `${name}.csv`).join(', ')}`);
  }
  const read = await Promise.all(files.map(file => readCsvFile(join(path, file))));
  return { sheets: read.flatMap(each => each.sheets), warnings: read.flatMap(each => each.warnings) };
}

function isSheetFile(file: string): boolean {
  return extname(file).toLowerCase() === '.csv' && sheetNamed(basename(file, extname(file))) !== null;
}

/** One CSV file, whose name says which sheet it is. Throws ImportError. */
export async function readCsvFile(path: string): Promise<Sheets> {
  const file = basename(path);
  const name = sheetNamed(basename(path, extname(path)));
  if (name === null) {
    throw new ImportError('nothing-known', `${file} is not named after a sheet; allowed: ${sheetNames.join(', ')}`);
  }
  await requireSize(path);
  const { text, warning } = decodeText(await readFile(path));
  const note = (problem: string): RowNote => ({ file, row: 0, column: '', value: '', problem });
  const warnings = warning === null ? [] : [note(warning)];
  const sheet = sheetFrom(name, file, csvRows(text));
  if (sheet === null) return { sheets: [], warnings: [...warnings, note('has no heading; nothing is read from it')] };
  return { sheets: [sheet] satisfies RawSheet[], warnings };
}

/** Throws ImportError for a file too large to be what it should be. */
export async function requireSize(path: string): Promise<void> {
  const { size } = await stat(path);
  if (size > maxFileBytes) {
    throw new ImportError('too-large', `${path} is larger than ${maxFileBytes / 1024 / 1024} MB`);
  }
}
