/**
 * `npm run bench [-- --small]`: callboard beside its peers in one run; writes docs/benchmarks.md. `--fan-out` measures that
 * part alone and prints it.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../e2e/command.ts';
import { benchCaldav, type Row, type Size } from './caldav.ts';
import { documentOf, fanOutOf } from './document.ts';
import { benchFanOut, type FanOut } from './fan-out.ts';

const small = process.argv.includes('--small');
const say = (text: string) => void process.stderr.write(`${text}\n`);

const spread: FanOut[] = [];
for (const delayMs of [0, 50]) spread.push(...(await benchFanOut(small ? 20 : 300, delayMs, say)));
if (process.argv.includes('--fan-out')) {
  process.stdout.write(fanOutOf(spread));
  process.exit();
}
const sizes: readonly Size[] = small
  ? [{ calendars: 1, events: 100, delayMs: 0 }]
  : [
      { calendars: 1, events: 1000, delayMs: 0 },
      { calendars: 1, events: 5000, delayMs: 0 },
      { calendars: 20, events: 250, delayMs: 0 },
      { calendars: 1, events: 1000, delayMs: 50 },
    ];

const rows: Row[] = [];
for (const size of sizes) rows.push(...(await benchCaldav(size, say)));
const page = documentOf(rows, spread);
process.stdout.write(page);
if (!small) await writeFile(join(root, 'docs', 'benchmarks.md'), page);
