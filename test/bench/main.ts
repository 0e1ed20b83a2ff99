/**
 * `npm run bench [-- --small]`: callboard beside its peers in one run; writes docs/benchmarks.md. `--fan-out` or `--batch`
 * measures that part alone and puts it into the document in place of what was there.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../e2e/command.ts';
import { type BatchRow, benchBatches } from './batches.ts';
import { benchCaldav, type Row, type Size } from './caldav.ts';
import { batchesOf, documentOf, fanOutOf, withPart } from './document.ts';
import { benchFanOut, type FanOut } from './fan-out.ts';

const small = process.argv.includes('--small');
const document = join(root, 'docs', 'benchmarks.md');
const say = (text: string) => void process.stderr.write(`${text}\n`);

async function fanOut(): Promise<FanOut[]> {
  const spread: FanOut[] = [];
  for (const delayMs of [0, 50]) spread.push(...(await benchFanOut(small ? 20 : 300, delayMs, say)));
  return spread;
}

const batches = (): Promise<BatchRow[]> => benchBatches(small ? [40] : [40, 200], say);

async function besideVdirsyncer(): Promise<Row[]> {
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
  return rows;
}

async function measured(): Promise<string> {
  const page = async () => await readFile(document, 'utf8');
  if (process.argv.includes('--fan-out')) return withPart(await page(), fanOutOf(await fanOut()));
  if (process.argv.includes('--batch')) return withPart(await page(), batchesOf(await batches()));
  const [spread, batched] = [await fanOut(), await batches()];
  return documentOf(await besideVdirsyncer(), spread, batched);
}

const page = await measured();
process.stdout.write(page);
if (!small) await writeFile(document, page);
