/** A row that may be taken: what it makes, and what that is compared with what is stored. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { type Columns, headingOf, type RowOf } from '../sheets/columns.ts';
import type { CellNote } from '../sheets/sheet-when.ts';
import type { Entry, NamedIn, RowAt } from './entry.ts';

export type Outcome = 'added' | 'changed' | 'unchanged';

export type Candidate<Item> = Readonly<{
  at: RowAt;
  key: string;
  references: readonly NamedIn[];
  outcome: Outcome;
  item: Item;
}>;

const plainText = (text: string) => text.trim().replace(/\r\n?/g, '\n');

/**
 * The whole row: what is stored, and over it the cells that say something else. A cell that says what is stored leaves
 * the stored value as it is, so that a value no sheet can express survives. A new row needs its required cells.
 */
export function completeRow<C extends Columns>(
  columns: C,
  stored: RowOf<C> | null,
  { given, defaults }: Pick<Entry<C>, 'given' | 'defaults'>,
): Readonly<{ row: RowOf<C>; differs: boolean }> | Readonly<{ problem: CellNote }> {
  const row: Record<string, unknown> = {};
  let differs = stored === null;
  for (const [field, { cell, required }] of Object.entries(columns)) {
    const before: unknown = stored?.[field] ?? null;
    const said: unknown = given[field] ?? (stored === null ? defaults[field] : given[field]);
    const text = (value: unknown) => (value === null ? '' : plainText(cell.write(value)));
    const isSaid = said !== undefined && (stored === null || text(said) !== text(before));
    row[field] = isSaid ? said : before;
    if (isSaid) differs = true;
    if (required && row[field] === null) {
      return { problem: { column: headingOf(field), value: '', problem: 'missing; a new row needs it' } };
    }
  }
  // Every field was taken from a row of these columns.
  return { row: row as RowOf<C>, differs };
}

/** Further columns over the stored ones; an emptied cell takes its value away. */
export function completeExtra(
  stored: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const differing = Object.entries(given).filter(([key, text]) => text !== plainText(stored[key] ?? ''));
  if (differing.length === 0) return stored;
  return Object.fromEntries(Object.entries({ ...stored, ...Object.fromEntries(differing) }).filter(([, text]) => text));
}

/** What a row does to what is stored. */
export function outcomeOf<Item>(stored: Item | null | undefined, item: Item): Outcome {
  if (stored === null || stored === undefined) return 'added';
  return isDeepStrictEqual(stored, item) ? 'unchanged' : 'changed';
}
