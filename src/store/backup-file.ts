/**
 * The form of a backup: gzip'd lines of JSON, the same for both databases. First a header, then each table's name and
 * columns followed by its rows as lists of values, last the number of rows. So a file cut short is known as one.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline as pipe, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { StoreError } from './store.ts';

const format = 'callboard-backup';
const headerLine = z.strictObject({ format: z.literal(format), version: z.int().positive() });
const tableLine = z.strictObject({ table: z.string(), columns: z.array(z.string()) });
const rowLine = z.array(z.union([z.string(), z.number(), z.null()]));
const endLine = z.strictObject({ rows: z.int().nonnegative() });
const bodyLine = z.union([rowLine, tableLine, endLine]);

export type Value = z.infer<typeof rowLine>[number];
/** Rows of one table, or with none: that there is such a table. */
export type TablePart = Readonly<{ table: string; columns: readonly string[]; rows: readonly (readonly Value[])[] }>;

const rowsInPart = 500;

/**
 * Writes a backup beside `file` and puts it in its place when it is whole and on the disk. Only its owner may read it.
 * @param version of the tables
 * @throws StoreError `unusable` when it cannot be written
 */
export async function writeBackup(file: string, version: number, parts: AsyncIterable<TablePart>): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    await rm(unfinished, { force: true });
    const target = createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(Readable.from(linesOf(version, parts)), createGzip(), target);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (!isFileError(error)) throw error;
    throw new StoreError('unusable', `cannot write the backup ${file}: ${error.message}`, { cause: error });
  }
}

async function* linesOf(version: number, parts: AsyncIterable<TablePart>): AsyncGenerator<string> {
  yield `${JSON.stringify({ format, version })}\n`;
  let rows = 0;
  let current = '';
  for await (const part of parts) {
    const lines = part.rows.map(row => JSON.stringify(row));
    if (part.table !== current) lines.unshift(JSON.stringify({ table: part.table, columns: part.columns }));
    current = part.table;
    rows += part.rows.length;
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
  yield `${JSON.stringify({ rows })}\n`;
}

/** A backup being read: `version` is known before the parts are. */
export type BackupReading = Readonly<{ version: number; parts: AsyncIterable<TablePart> }>;

/**
 * Opens a backup. Whatever is wrong with the file is thrown as StoreError `unusable`, here or from the parts, at the
 * latest after the last of them.
 */
export async function readBackup(file: string): Promise<BackupReading> {
  const lines = jsonLines(file);
  const first = headerLine.safeParse((await lines.next()).value);
  if (!first.success) throw notOne(file, 'its first line is not the header of one');
  return { version: first.data.version, parts: partsOf(file, lines) };
}

async function* partsOf(file: string, lines: AsyncIterable<unknown>): AsyncGenerator<TablePart> {
  let head: z.infer<typeof tableLine> | null = null;
  let rows: Value[][] = [];
  let count = 0;
  let end: number | null = null;
  for await (const line of lines) {
    const { data } = bodyLine.safeParse(line);
    if (data === undefined || end !== null) throw notOne(file, 'it has a line that does not belong there');
    if (Array.isArray(data)) {
      if (head?.columns.length !== data.length) throw notOne(file, 'it has a row of the wrong length');
      rows.push(data);
      count += 1;
      if (rows.length < rowsInPart) continue;
    }
    if (head) yield { ...head, rows };
    rows = [];
    if (Array.isArray(data)) continue;
    if ('rows' in data) end = data.rows;
    else head = data;
  }
  if (end !== count) throw notOne(file, 'it was cut short');
}

async function* jsonLines(file: string): AsyncGenerator<unknown> {
  const text = createGunzip();
  text.setEncoding('utf8');
  // The errors of both streams arrive at the loop below.
  pipe(createReadStream(file), text, () => undefined);
  let rest = '';
  try {
    for await (const chunk of text) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
    }
  } catch (error) {
    if (isFileError(error)) throw notOne(file, error.message, error);
    if (error instanceof SyntaxError) throw notOne(file, 'it has a line that is not JSON', error);
    throw error;
  }
  if (rest !== '') throw notOne(file, 'it was cut short');
}

function notOne(file: string, reason: string, cause?: unknown): StoreError {
  return new StoreError('unusable', `${file} is not a usable backup: ${reason}`, { cause });
}

/** From the file system or from gzip. */
function isFileError(error: unknown): error is Error {
  return error instanceof Error && ('syscall' in error || ('code' in error && String(error.code).startsWith('Z_')));
}
