/** What somebody may have meant. Pure. */

/** The candidate that differs from `word` by the fewest typing slips, if those are few; else null. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_]/g, '');
  const measured = candidates.map(candidate => ({ candidate, slips: slipsBetween(plain(word), plain(candidate)) }));
  const best = measured.toSorted((a, b) => a.slips - b.slips)[0];
  return best && best.slips <= Math.ceil(word.length / 4) ? best.candidate : null;
}

/** Letters put in, left out, changed or swapped with the next (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? at(before, column - 2) + 1
          : Number.POSITIVE_INFINITY;
      line.push(Math.min(changed, swapped, at(above, column) + 1, at(line, column - 1) + 1));
    }
    [before, above] = [above, line];
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
