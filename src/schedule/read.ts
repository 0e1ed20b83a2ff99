/** Where an import comes from: a folder of CSV files, a workbook, an iCalendar or a JSON file. */
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { ZoneName } from '../model/when.ts';
import { ImportError } from './errors.ts';
import { readCsvFile, readCsvFolder } from './sheets/csv-folder.ts';
import { readIcsFile } from './sheets/ics-file.ts';
import { readJsonFile } from './sheets/json-file.ts';
import type { Sheets } from './sheets/sheet.ts';
import { readWorkbook } from './sheets/workbook.ts';

const readers: Readonly<Record<string, (path: string, zone: ZoneName) => Promise<Sheets>>> = {
  '.csv': readCsvFile,
  '.xlsx': readWorkbook,
  '.ics': readIcsFile,
  '.json': readJsonFile,
};

/**
 * Reads each path by what it is, all as one import: of two rows with one id the first counts. Throws ImportError, in
 * one line, for what cannot be read at all; bad rows are the import's to reject.
 * @param zone the production's, for times without a zone
 */
export async function readSource(paths: readonly string[], zone: ZoneName): Promise<Sheets> {
  const read = await Promise.all(paths.map(path => readPath(path, zone)));
  return { sheets: read.flatMap(each => each.sheets), warnings: read.flatMap(each => each.warnings) };
}

async function readPath(path: string, zone: ZoneName): Promise<Sheets> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new ImportError('missing', `${path} does not exist or may not be read`);
  if (found.isDirectory()) return readCsvFolder(path);
  const reader = readers[extname(path).toLowerCase()];
  if (reader) return reader(path, zone);
  const allowed = `a folder of CSV files, ${Object.keys(readers).join(', ')}`;
  throw new ImportError('nothing-known', `${path} is no kind of file that can be imported; allowed: ${allowed}`);
}
