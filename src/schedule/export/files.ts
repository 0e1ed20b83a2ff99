/** Tables as files: CSV, workbook, JSON. */
import { stringify } from 'csv-stringify/sync';
import ExcelJS from 'exceljs';
import { fileText, type Table, type TableCell } from '../sheets/table.ts';

export type CsvFile = Readonly<{ name: string; text: string }>;

/** UTF-8 without byte order mark, comma, LF: as the sample has it. */
export function csvFiles(tables: readonly Table[]): CsvFile[] {
  return tables.map(({ name, headings, rows }) => ({
    name: `${name}.csv`,
    text: stringify([
      headings.map(heading => fileText({ text: heading, bare: false, value: heading })),
      ...rows.map(row => row.map(fileText)),
    ]),
  }));
}

/** Text stays text (a spreadsheet program makes dates and formulas of nothing), numbers are numbers. */
export async function workbookOf(tables: readonly Table[]): Promise<Buffer> {
  const workbook = new ExcelJS.Workbook();
  for (const { name, headings, rows } of tables) {
    const sheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] });
    sheet.addRow(headings.map(heading => fileText({ text: heading, bare: false, value: heading }))).font = {
      bold: true,
    };
    for (const row of rows) sheet.addRow(row.map(workbookValue));
    for (const column of sheet.columns) column.width = 18;
  }
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

function workbookValue(cell: TableCell): string | number | null {
  if (cell.text === '') return null;
  return typeof cell.value === 'number' ? cell.value : fileText(cell);
}

/** The same headings as keys; numbers, yes or no, and lists in JSON's own form; null: not given. */
export function jsonOf(tables: readonly Table[]): Record<string, Record<string, unknown>[]> {
  return Object.fromEntries(
    tables.map(({ name, headings, rows }) => [
      name,
      rows.map(row => Object.fromEntries(row.map((cell, index) => [headings[index] ?? '', jsonValue(cell)]))),
    ]),
  );
}

function jsonValue({ value, text }: TableCell): unknown {
  return typeof value === 'string' ? text || null : (value ?? null);
}
