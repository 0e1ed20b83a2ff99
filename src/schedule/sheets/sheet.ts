/** A sheet as read from a file, before any of it is understood; and what is said of its rows. */

export const sheetNames = [
  'people',
  'venues',
  'groups',
  'travel',
  'schedule',
  'overrides',
  'stops',
  'calls',
  'constraints',
] as const;
export type SheetName = (typeof sheetNames)[number];

/** A cell's text; or, where a workbook gives none (a formula in error), what it shows and why it cannot be read. */
export type RawCell = string | Readonly<{ shown: string; problem: string }>;

export type RawRow = Readonly<{
  /** The row of the sheet, the heading's being 1. */
  line: number;
  cells: readonly RawCell[];
  /** Why the whole row cannot be read. */
  problem: string | null;
}>;

export type RawSheet = Readonly<{
  name: SheetName;
  /** The file, and in a workbook the sheet, as reports name it. */
  file: string;
  headings: readonly string[];
  rows: readonly RawRow[];
  /** By heading: what a new row gets where the sheet has no such column. */
  defaults?: Readonly<Record<string, string>>;
}>;

/** What one or several files hold, in the order in which they were read. */
export type Sheets = Readonly<{ sheets: readonly RawSheet[]; warnings: readonly RowNote[] }>;

/** Something said of one cell or row; `column` and `value` are empty where it is about the whole row. */
export type RowNote = Readonly<{ file: string; row: number; column: string; value: string; problem: string }>;

/** A sheet's name from a file's or a workbook sheet's, matched as headings are; null: not one of ours. */
export function sheetNamed(name: string): SheetName | null {
  const plain = name.toLowerCase().replace(/[\s_]+/g, '');
  return sheetNames.find(each => each === plain) ?? null;
}

/** A value short enough for a report, on one line, without signs that could upset a terminal. */
export function shortened(value: string): string {
  const plain = value.slice(0, 200).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ');
  return plain.length > 80 || value.length > 200 ? `${plain.slice(0, 79)}…` : plain;
}
