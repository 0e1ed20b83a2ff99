/** docs/acceptance.md against the names of the tests: nothing is said to be tested that is not, and nothing forgotten. */
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';

const scenarios = 96;
const root = new URL('..', import.meta.url).pathname;

/** The folders in whose tests a name begins with the numbers of the scenarios that it carries. */
const carried = new Map<string, Set<string>>();
for (const path of globSync('test/**/*.ts', { cwd: root })) {
  for (const [, numbers = ''] of readFileSync(root + path, 'utf8').matchAll(/['"`](S\d+(?: S\d+)*) [^'"`\s]/g)) {
    for (const number of numbers.split(' ')) {
      const folders = carried.get(number) ?? new Set<string>();
      carried.set(number, folders.add(dirname(path)));
    }
  }
}

const rows = readFileSync(`${root}docs/acceptance.md`, 'utf8')
  .split('\n')
  .flatMap(line => {
    const [, number, state] = /^\| (S\d+) \| [^|]+ \| ([^|]+) \|$/.exec(line) ?? [];
    return number !== undefined && state !== undefined ? [{ number, state }] : [];
  });

describe('the table of acceptance scenarios', () => {
  it('has every scenario once, in order', () => {
    const numbers = Array.from({ length: scenarios }, (_, at) => `S${at + 1}`);
    expect(rows.map(row => row.number)).toEqual(numbers);
    expect([...carried.keys()].filter(number => !numbers.includes(number))).toEqual([]);
  });

  it.each(rows)('$number is tested where it says, or says why not yet', ({ number, state }) => {
    const folders = [...state.matchAll(/`(test\/[^`]+)`/g)].map(found => found[1] ?? '');
    const found = [...(carried.get(number) ?? [])];
    if (folders.length > 0) expect(found).toEqual(expect.arrayContaining(folders));
    else {
      expect(state, 'neither a folder of tests nor a reason').toMatch(/^not yet: \S+/);
      expect(found, 'it is tested now: say where').toEqual([]);
    }
  });
});
