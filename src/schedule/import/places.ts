/** A `place` column, where a sheet names venues in words (iCalendar has no ids), as a `venue` column. Pure. */
import type { Venue } from '../../model/person.ts';
import { plainHeading } from '../sheets/columns.ts';
import { unguarded } from '../sheets/guard.ts';
import { type RawSheet, type RowNote, shortened } from '../sheets/sheet.ts';

const plain = (text: string) => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** The venues that a place line may mean: by id, name, or `name, address`, whatever the case. */
export function venuesAt(place: string, venues: Iterable<Venue>): Venue[] {
  const wanted = plain(place);
  return [...venues].filter(venue =>
    [venue.id, venue.name, `${venue.name}, ${venue.address}`].some(text => plain(text) === wanted),
  );
}

/**
 * Gives a sheet that has places and no venues the venues that the places mean. A place that means none, or several,
 * leaves the venue empty with a note; in the schedule it is kept as a further column.
 */
export function withVenues(
  sheet: RawSheet,
  venues: readonly Venue[],
): Readonly<{ sheet: RawSheet; warnings: readonly RowNote[] }> {
  const headings = sheet.headings.map(plainHeading);
  const at = headings.indexOf('place');
  if (at < 0 || headings.includes('venue')) return { sheet, warnings: [] };
  const warnings: RowNote[] = [];
  const keeps = sheet.name === 'schedule';
  const rows = sheet.rows.map(row => {
    const cell = row.cells[at] ?? '';
    const place = typeof cell === 'string' ? unguarded(cell.trim()) : '';
    const found = place === '' ? [] : venuesAt(place, venues);
    const [only] = found;
    const isOne = only !== undefined && found.length === 1;
    if (place !== '' && !isOne) {
      const problem = found.length > 1 ? 'several venues are called so' : 'not a known venue; kept as text';
      warnings.push({ file: sheet.file, row: row.line, column: 'place', value: shortened(place), problem });
    }
    const kept = isOne || !keeps ? '' : cell;
    return { ...row, cells: [...row.cells.toSpliced(at, 1, kept), isOne ? only.id : ''] };
  });
  const dropped = keeps ? sheet.headings : sheet.headings.toSpliced(at, 1, '');
  return { sheet: { ...sheet, headings: [...dropped, 'venue'], rows }, warnings };
}
