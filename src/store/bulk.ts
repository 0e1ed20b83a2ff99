/** Multi-row statements in pieces that both databases take. */

/** SQLite takes 32,766 parameters a statement, PostgreSQL 65,535; our widest row has 16 columns. */
const rowsMax = 500;

/** The list in pieces small enough for one statement; the last may be shorter. */
export function* pieces<Item>(list: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < list.length; at += rowsMax) yield list.slice(at, at + rowsMax);
}

/** The last of each key: one statement may not write a row twice. */
export function lastOfEach<Item>(list: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(list.map(item => [key(item), item])).values()];
}
