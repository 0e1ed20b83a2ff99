/** The rows of one sheet as typed values, each with what is wrong with it. Pure. */
import type { Cell, Reference } from '../sheets/cell.ts';
import { type Columns, type GivenRow, headingOf, plainHeading, referencesIn } from '../sheets/columns.ts';
import { unguarded } from '../sheets/guard.ts';
import { type RawCell, type RawRow, type RawSheet, type RowNote, type SheetName, shortened } from '../sheets/sheet.ts';
import type { CellNote } from '../sheets/sheet-when.ts';

/** Where a row stands, as reports name it. */
export type RowAt = Readonly<{ sheet: SheetName; file: string; line: number }>;

export type NamedIn = Reference & Readonly<{ column: string }>;

export type Entry<C extends Columns> = Readonly<{
  at: RowAt;
  /** What tells it from the other rows of its sheet. */
  key: string;
  given: GivenRow<C>;
  /** Cells of the further columns by heading, as they came; empty ones included. */
  extra: Readonly<Record<string, string>>;
  references: readonly NamedIn[];
  /** For a new row: values of columns that its sheet lacks. */
  defaults: GivenRow<C>;
}>;

export type SheetSpec<C extends Columns> = Readonly<{
  name: SheetName;
  columns: C;
  /** Further columns that are checked and kept as text; null: the sheet keeps none. */
  extras: Columns | null;
  /** The fields that make the key; empty: rows have none. */
  key: readonly (keyof C & string)[];
}>;

export type Entries<C extends Columns> = Readonly<{
  entries: readonly Entry<C>[];
  rejected: readonly RowNote[];
  warnings: readonly RowNote[];
  /** Whether the sheet was there at all. */
  given: boolean;
  /** Keys of all rows that have a readable one, the rejected included; null: some row has none. */
  present: ReadonlySet<string> | null;
}>;

/** A spreadsheet's own limit for one cell. */
const maxCellChars = 32_767;

export function noteAt(at: RowAt, { column, value, problem }: CellNote): RowNote {
  return { file: at.file, row: at.line, column, value: shortened(value), problem };
}

/** Reads all sheets of one name. The second row of a key is rejected. */
export function readEntries<C extends Columns>(sheets: readonly RawSheet[], spec: SheetSpec<C>): Entries<C> {
  const own = sheets.filter(sheet => sheet.name === spec.name);
  const entries = new Map<string, Entry<C>>();
  const [rejected, warnings]: [RowNote[], RowNote[]] = [[], []];
  const present = new Set<string>();
  let keysComplete = true;
  for (const sheet of own) {
    const layout = layoutOf(sheet, spec);
    warnings.push(...layout.warnings);
    for (const raw of sheet.rows) {
      const at = { sheet: spec.name, file: sheet.file, line: raw.line };
      const read = readRow(raw, layout, spec, at);
      if (read.key === null) keysComplete = false;
      else present.add(read.key);
      if ('problem' in read) rejected.push(noteAt(at, read.problem));
      else if (entries.has(read.key)) rejected.push(noteAt(at, duplicate(spec, read)));
      else entries.set(read.key, read);
    }
  }
  return {
    entries: [...entries.values()],
    rejected,
    warnings,
    given: own.length > 0,
    present: keysComplete ? present : null,
  };
}

function duplicate<C extends Columns>(spec: SheetSpec<C>, { key }: Entry<C>): CellNote {
  return { column: spec.key.map(headingOf).join('+'), value: key, problem: 'stands in an earlier row already' };
}

type Slot = Readonly<{ index: number; heading: string; field: string; cell: Cell<unknown>; required: boolean }>;
type Layout = Readonly<{
  columns: readonly Slot[];
  extras: readonly Slot[];
  defaults: Readonly<Record<string, unknown>>;
  warnings: readonly RowNote[];
}>;

const anyText: Cell<unknown> = { read: value => ({ value }), write: String, bare: false, references: () => [] };

/** Which column of the sheet is which; of two with one heading the first counts. */
function layoutOf<C extends Columns>(sheet: RawSheet, spec: SheetSpec<C>): Layout {
  const fieldOf = (columns: Columns, heading: string) =>
    Object.keys(columns).find(field => plainHeading(headingOf(field)) === heading);
  const [columns, extras, warnings]: [Slot[], Slot[], RowNote[]] = [[], [], []];
  const seen = new Set<string>();
  for (const [index, heading] of sheet.headings.entries()) {
    const plain = plainHeading(heading);
    if (plain === '') continue;
    const warn = (problem: string) =>
      warnings.push({ file: sheet.file, row: 1, column: shortened(heading), value: '', problem });
    if (seen.has(plain)) {
      warn('the heading stands twice; the first column counts');
      continue;
    }
    seen.add(plain);
    const field = fieldOf(spec.columns, plain);
    const known = field === undefined ? undefined : spec.columns[field];
    const extra = fieldOf(spec.extras ?? {}, plain);
    const further = extra === undefined ? undefined : spec.extras?.[extra];
    if (field !== undefined && known) columns.push({ index, heading: headingOf(field), field, ...known });
    else if (extra !== undefined && further)
      extras.push({ index, heading: headingOf(extra), field: extra, ...further });
    else if (spec.extras === null) warn('unknown column; this sheet keeps no further ones');
    else {
      warn('unknown column; kept as it is');
      extras.push({ index, heading, field: heading, cell: anyText, required: false });
    }
  }
  return { columns, extras, defaults: defaultsOf(sheet, spec), warnings };
}

function defaultsOf<C extends Columns>(
  { defaults = {} }: RawSheet,
  { columns }: SheetSpec<C>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([field, { cell }]) => {
      const read = cell.read(defaults[headingOf(field)] ?? '');
      return headingOf(field) in defaults && 'value' in read ? [[field, read.value]] : [];
    }),
  );
}

type Unread = Readonly<{ key: string | null; problem: CellNote }>;

function readRow<C extends Columns>(raw: RawRow, layout: Layout, spec: SheetSpec<C>, at: RowAt): Entry<C> | Unread {
  const given: Record<string, unknown> = {};
  const extra: Record<string, string> = {};
  const further: Record<string, unknown> = {};
  let problem: CellNote | null = null;
  const read = (slot: Slot, take: (value: unknown, text: string) => void) => {
    const result = readCell(raw.cells[slot.index] ?? '', slot);
    if ('problem' in result) problem ??= { column: slot.heading, ...result };
    else take(result.value, result.text);
  };
  for (const slot of layout.columns) read(slot, value => Object.assign(given, { [slot.field]: value }));
  for (const slot of layout.extras) {
    read(slot, (value, text) => {
      Object.assign(extra, { [slot.heading]: text });
      Object.assign(further, { [slot.field]: value });
    });
  }
  if (raw.problem !== null) problem = { column: '', value: shown(raw.cells[0] ?? ''), problem: raw.problem };
  const unkeyed = spec.key.find(field => given[field] === undefined || given[field] === null);
  const key = unkeyed === undefined ? keyOf(spec, given, at) : null;
  if (problem !== null) return { key, problem };
  if (key === null) return { key, problem: { column: headingOf(unkeyed ?? ''), value: '', problem: 'missing' } };
  const references = [...referencesIn(spec.columns, given as GivenRow<C>), ...referencesIn(spec.extras ?? {}, further)];
  // The cells were read by these very columns, so the values are theirs.
  return { at, key, given: given as GivenRow<C>, extra, references, defaults: layout.defaults as GivenRow<C> };
}

function keyOf<C extends Columns>(spec: SheetSpec<C>, given: Record<string, unknown>, at: RowAt): string {
  if (spec.key.length === 0) return `${at.file} ${at.line}`;
  return spec.key.map(field => String(given[field])).join(' / ');
}

type ReadCell = Readonly<{ value: unknown; text: string }> | Readonly<{ value: string; problem: string }>;

const shown = (cell: RawCell) => (typeof cell === 'string' ? cell : cell.shown);

/** C0 controls and DEL, but TAB and line ends. */
const controlCharacter = /(?![\t\n\r\u0080-\u009f])\p{Cc}/u;

function readCell(raw: RawCell, { cell, required }: Slot): ReadCell {
  if (typeof raw !== 'string') return { value: raw.shown, problem: raw.problem };
  if (raw.length > maxCellChars) return { value: raw, problem: `longer than ${maxCellChars} characters` };
  if (controlCharacter.test(raw)) return { value: raw, problem: 'holds a control character' };
  if (raw.includes('\uFFFD')) return { value: raw, problem: 'not UTF-8 text; save the sheet as “CSV UTF-8”' };
  const text = unguarded(raw.trim());
  if (text === '') return required ? { value: '', problem: 'missing' } : { value: null, text };
  const read = cell.read(text);
  return 'problem' in read ? { value: text, problem: read.problem } : { value: read.value, text };
}
