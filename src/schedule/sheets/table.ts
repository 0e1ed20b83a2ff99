/** A sheet ready to be written, whatever the file is. Pure. */
import { type Columns, headingOf, plainHeading, type RowOf } from './columns.ts';
import { guarded } from './guard.ts';

export type TableCell = Readonly<{
  text: string;
  /** A number, date or time: never taken for a formula. */
  bare: boolean;
  value: unknown;
}>;
export type Table = Readonly<{ name: string; headings: readonly string[]; rows: readonly (readonly TableCell[])[] }>;

/** Rows of these columns, and after them the further columns that any row has. */
export function tableOf<C extends Columns>(
  name: string,
  columns: C,
  rows: readonly Readonly<{ row: RowOf<C>; extra?: Readonly<Record<string, string>> }>[],
): Table {
  const own = new Set(Object.keys(columns).map(field => plainHeading(headingOf(field))));
  const further = [...new Set(rows.flatMap(({ extra }) => Object.keys(extra ?? {})))]
    .filter(heading => !own.has(plainHeading(heading)))
    .sort();
  return {
    name,
    headings: [...Object.keys(columns).map(headingOf), ...further],
    rows: rows.map(({ row, extra }) => [
      ...Object.entries(columns).map(([field, { cell }]): TableCell => {
        const value: unknown = row[field];
        return { text: value === null ? '' : cell.write(value), bare: cell.bare, value };
      }),
      ...further.map(heading => ({ text: extra?.[heading] ?? '', bare: false, value: extra?.[heading] ?? null })),
    ]),
  };
}

/** The cell as a file's text: what a spreadsheet program would run is guarded. */
export function fileText({ text, bare }: TableCell): string {
  return bare ? text : guarded(text);
}
