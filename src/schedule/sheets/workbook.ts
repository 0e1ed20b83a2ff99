/** An Excel workbook whose sheets are named and headed as the CSV files are. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import ExcelJS from 'exceljs';
import { ImportError } from '../errors.ts';
import { requireSize } from './csv-folder.ts';
import { sheetFrom } from './raw-sheet.ts';
import { type RawCell, type RawRow, type RawSheet, type Sheets, sheetNamed, sheetNames } from './sheet.ts';
import { zipProblem } from './zip-check.ts';

const maxUnpackedBytes = 300 * 1024 * 1024;
/** How an encrypted workbook begins, and an .xls of before 2007: both are OLE compound files. */
const compoundFile = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

/** Throws ImportError, in one line, for what is not a workbook that can be read. */
export async function readWorkbook(path: string): Promise<Sheets> {
  const file = basename(path);
  await requireSize(path);
  const bytes = await readFile(path);
  if (bytes.subarray(0, 4).equals(compoundFile)) {
    throw new ImportError('encrypted', `${file} is encrypted, or an old .xls; save it as .xlsx without a password`);
  }
  const problem = zipProblem(bytes, maxUnpackedBytes);
  if (problem === 'too-large') throw new ImportError('too-large', `${file} unpacks to more than a workbook may hold`);
  if (problem === 'not-a-zip') throw new ImportError('unreadable', `${file} is not an .xlsx workbook, or is broken`);
  const sheets = (await load(bytes, file)).worksheets.flatMap(worksheet => sheetOf(worksheet, file));
  if (sheets.length > 0) return { sheets, warnings: [] };
  throw new ImportError('nothing-known', `${file} has none of the sheets ${sheetNames.join(', ')}`);
}

async function load(bytes: Buffer, file: string): Promise<ExcelJS.Workbook> {
  const workbook = new ExcelJS.Workbook();
  try {
    const copy = new ArrayBuffer(bytes.length);
    new Uint8Array(copy).set(bytes);
    await workbook.xlsx.load(copy);
    return workbook;
  } catch (cause) {
    throw new ImportError('unreadable', `${file} is not an .xlsx workbook, or is broken`, { cause });
  }
}

function sheetOf(worksheet: ExcelJS.Worksheet, file: string): RawSheet[] {
  const name = sheetNamed(worksheet.name);
  if (name === null) return [];
  const rows: RawRow[] = [];
  worksheet.eachRow({ includeEmpty: false }, (row, line) => {
    const cells: RawCell[] = [];
    for (let column = 1; column <= row.cellCount; column += 1) cells.push(cellOf(row.getCell(column).value));
    rows.push({ line, cells, problem: null });
  });
  const width = rows[0]?.cells.length ?? 0;
  const padded = rows.map(row => ({ ...row, cells: [...row.cells, ...blanks(width - row.cells.length)] }));
  const sheet = sheetFrom(name, `${file}/${worksheet.name}`, padded);
  return sheet ? [sheet] : [];
}

/** A workbook leaves out the blank cells at a row's end. */
function blanks(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '');
}

/** A cell's text. A formula counts by the result that was stored with it; one without, or in error, cannot be read. */
function cellOf(value: ExcelJS.CellValue): RawCell {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return dateText(value);
  if (typeof value !== 'object') return String(value);
  if ('error' in value) return { shown: value.error, problem: 'the cell shows an error' };
  if ('richText' in value) return value.richText.map(part => part.text).join('');
  if ('formula' in value || 'sharedFormula' in value) return formulaResult(value);
  if ('hyperlink' in value) return cellOf(value.text);
  return { shown: '', problem: 'a kind of cell that cannot be read; type its text' };
}

function formulaResult(value: ExcelJS.CellFormulaValue | ExcelJS.CellSharedFormulaValue): RawCell {
  const shown = `=${'formula' in value ? value.formula : value.sharedFormula}`;
  if (value.result === undefined) {
    return { shown, problem: 'a formula without a stored result; paste it as a value' };
  }
  return cellOf(value.result);
}

/** A workbook's dates and times have no zone: they read as wall time. Fractions of a day may be a millisecond off. */
function dateText(value: Date): RawCell {
  if (Number.isNaN(value.getTime())) return { shown: '', problem: 'not a date' };
  return new Date(Math.round(value.getTime() / 1000) * 1000).toISOString().slice(0, 19);
}
