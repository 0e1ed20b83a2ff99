/** `npm run bench [-- --small]`: callboard beside its peers in one run; writes docs/benchmarks.md. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../e2e/command.ts';
import { benchCaldav, type Row, type Size } from './caldav.ts';
import { documentOf } from './document.ts';

const small = process.argv.includes('--small');
const sizes: readonly Size[] = small
  ? [{ calendars: 1, events: 100, delayMs: 0 }]
  : [
      { calendars: 1, events: 1000, delayMs: 0 },
      { calendars: 1, events: 5000, delayMs: 0 },
      { calendars: 20, events: 250, delayMs: 0 },
      { calendars: 1, events: 1000, delayMs: 50 },
    ];

const rows: Row[] = [];
for (const size of sizes) rows.push(...(await benchCaldav(size, text => process.stderr.write(`${text}\n`))));
const page = documentOf(rows);
process.stdout.write(page);
if (!small) await writeFile(join(root, 'docs', 'benchmarks.md'), page);
