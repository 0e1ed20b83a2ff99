/** A sheet as a table of columns: what is read, checked and written follows from it alone. Pure. */
import type { Cell, Reference } from './cell.ts';

export type Column<T> = Readonly<{ cell: Cell<T>; required: boolean }>;
/** The key is the field's name; the heading in a sheet is the same in snake_case. */
export type Columns = Readonly<Record<string, Column<unknown>>>;

export type Required<T> = Column<T> & Readonly<{ required: true }>;
export type Optional<T> = Column<T> & Readonly<{ required: false }>;

/** A row as typed values; null: not given. */
export type RowOf<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends Required<infer T> ? T : C[K] extends Optional<infer T> ? T | null : never;
};
/** What a sheet says: fields whose column is missing are not in it. */
export type GivenRow<C extends Columns> = Readonly<Partial<RowOf<C>>>;

export function required<T>(cell: Cell<T>): Required<T> {
  return { cell, required: true };
}

export function optional<T>(cell: Cell<T>): Optional<T> {
  return { cell, required: false };
}

/** `endDate` → `end_date`. */
export function headingOf(field: string): string {
  return field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

/** Headings are matched without case, spaces or underscores. */
export function plainHeading(heading: string): string {
  return heading.toLowerCase().replace(/[\s_]+/g, '');
}

/** The ids that a row names, with the column that names them. */
export function referencesIn<C extends Columns>(
  columns: C,
  row: Readonly<Partial<Record<keyof C, unknown>>>,
): readonly (Reference & Readonly<{ column: string }>)[] {
  return Object.entries(columns).flatMap(([field, { cell }]) => {
    const value = row[field];
    if (value === null || value === undefined) return [];
    return cell.references(value).map(reference => ({ ...reference, column: headingOf(field) }));
  });
}
