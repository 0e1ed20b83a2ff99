/** `npm run bench [-- --small]`: callboard beside its peers in one run; writes docs/benchmarks.md. */
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../e2e/command.ts';
import { benchCaldav, type Figures, type Row, type Size } from './caldav.ts';

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
const page = document(rows);
process.stdout.write(page);
if (!small) await writeFile(join(root, 'docs', 'benchmarks.md'), page);

function document(measured: readonly Row[]): string {
  const cell = ({ seconds, cpu, requests, kilobytes }: Figures) =>
    `${seconds} s · ${cpu} s · ${requests} · ${kilobytes} kB`;
  const lines = measured.map(({ size, step, vdirsyncer, callboard }) => {
    const name = `${size.calendars} × ${size.events}${size.delayMs > 0 ? `, ${size.delayMs} ms away` : ''}`;
    const ratio = (ours: number, theirs: number) => (theirs === 0 ? '–' : `${(ours / theirs).toFixed(2)} ×`);
    const against = `${ratio(callboard.seconds, vdirsyncer.seconds)} · ${ratio(callboard.cpu, vdirsyncer.cpu)}`;
    return `| ${name} | ${step} | ${cell(vdirsyncer)} | ${cell(callboard)} | ${against} |`;
  });
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  return `# Benchmarks

Command: \`npm run bench\` (needs radicale and vdirsyncer from Debian). Machine: ${machine}; Node ${process.version}.
Measured ${new Date().toISOString().slice(0, 10)}.

## CalDAV, beside vdirsyncer

Both bring the same number of events, of about the same size, into a fresh Radicale on the same machine, through the
same counting proxy. Each cell: wall time · processor time of the client (its whole process, start included) · requests ·
bytes both ways. "Idle pass" is the second pass after the first sync without any change. The last column is callboard's
share of vdirsyncer's wall time and processor time.

| calendars × events | step | vdirsyncer | callboard | callboard / vdirsyncer (time · processor) |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
