/** Rows of cells as a sheet: heading, blank rows, rows of the wrong length. Pure. */
import type { RawCell, RawRow, RawSheet, SheetName } from './sheet.ts';

const isBlank = (cell: RawCell) => typeof cell === 'string' && cell.trim() === '';

/** A sheet from its rows, the heading's first; null: it has no heading. */
export function sheetFrom(name: SheetName, file: string, rows: readonly RawRow[]): RawSheet | null {
  const [heading, ...rest] = rows.filter(row => row.problem !== null || !row.cells.every(isBlank));
  if (!heading || heading.problem !== null) return null;
  const headings = heading.cells.map(cell => (typeof cell === 'string' ? cell.trim() : cell.shown));
  return { name, file, headings, rows: rest.map(row => checkLength(row, headings.length)) };
}

/** Blank cells beyond the heading mean nothing. */
function checkLength(row: RawRow, length: number): RawRow {
  if (row.problem !== null) return row;
  const cells = row.cells.slice(0, length);
  if (cells.length < length) return { ...row, problem: `the row has ${cells.length} cells, the heading ${length}` };
  const more = row.cells.slice(length).some(cell => !isBlank(cell));
  const problem = more ? `the row has ${row.cells.length} cells, the heading ${length}` : null;
  return { ...row, cells, problem };
}
