/** docs/benchmarks.md: the figures, and how they stand against design.md section 11. */
import { cpus, loadavg, totalmem } from 'node:os';
import type { BatchRow } from './batches.ts';
import type { Figures, Row } from './caldav.ts';
import type { FanOut } from './fan-out.ts';

const circumstances = `measured ${new Date().toISOString().slice(0, 10)}; load of the machine before: ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`;

export function documentOf(measured: readonly Row[], spread: readonly FanOut[], batches: readonly BatchRow[]): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  return `# Benchmarks

Command: \`npm run bench\` (needs radicale and vdirsyncer from Debian). Machine: ${machine}; Node ${process.version}.
Measured ${new Date().toISOString().slice(0, 10)}.

## CalDAV, beside vdirsyncer

Both bring the same events, word for word, into a fresh Radicale on the same machine, through the same counting proxy.
Each cell: wall time · processor time of the client (its whole process, start included) · requests · bytes both ways.
"Idle pass" is the second pass after the first sync without any change. "50 ms away" holds every request up for 50 ms,
as a line to a hosted server does. On the same machine the server is the bottleneck of a first sync (the clients themselves
work for a twentieth to a tenth of that time). The last column is callboard's share of vdirsyncer's wall time and processor time.

| calendars × events | step | vdirsyncer | callboard | callboard / vdirsyncer (time · processor) |
| --- | --- | --- | --- | --- |
${measured.map(lineOf).join('\n')}

## Against design.md section 11

| target | ${measured.filter(isFirst).map(nameOf).join(' | ')} |
| --- |${' --- |'.repeat(measured.filter(isFirst).length)}
${targets.map(target => `| ${target.name} | ${measured.filter(target.of).map(target.judge).join(' | ')} |`).join('\n')}

${fanOutOf(spread)}
${batchesOf(batches)}`;
}

/** The document with one part in place of what was there under its heading, or at its end. */
export function withPart(page: string, part: string): string {
  const heading = part.slice(0, part.indexOf('\n'));
  const parts = page.split(/^(?=## )/m);
  const at = parts.findIndex(each => each.startsWith(`${heading}\n`));
  const kept = parts.map(each => `${each.trimEnd()}\n`);
  return (at < 0 ? [...kept, part] : kept.with(at, part)).join('\n');
}

export function batchesOf(rows: readonly BatchRow[]): string {
  return `## Many changes for one Outlook mailbox

This part alone: \`npm run bench -- --batch\` (${circumstances}).

Place and notes of every event in one mailbox change. "On the line": each HTTP request is held up on its way, and a batch
is one. "In the mailbox": the sandbox takes that long for each request and for each part of a batch, four at a time. "Bare" is an
HTTP client that makes the very same requests again: one batch at a time, or three single requests at once. Counted
are requests and parts of batches alike, as Graph does (10,000 in ten minutes for a mailbox); each change is one
look and one write, and the calendar one round of changes.

| changes | held up | \`$batch\` | requests a change | counted a change | turned away (429) | callboard | bare | callboard / bare |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(batchLine).join('\n')}
`;
}

function batchLine(row: BatchRow): string {
  const { changes, lineMs, mailboxMs, batched, seconds, bareSeconds, refused } = row;
  const held = lineMs > 0 ? `${lineMs} ms on the line` : mailboxMs > 0 ? `${mailboxMs} ms in the mailbox` : '0 ms';
  const asked = `${row.requestsPerChange.toFixed(2)} | ${row.countedPerChange.toFixed(2)} | ${refused}`;
  const against = row.right ? share(seconds, bareSeconds) : '**not all are right**';
  return `| ${changes} | ${held} | ${batched ? 'with' : 'without'} | ${asked} | ${seconds.toFixed(2)} s | ${bareSeconds.toFixed(2)} s | ${against} |`;
}

export function fanOutOf(spread: readonly FanOut[]): string {
  return `## One edit for many people

This part alone: \`npm run bench -- --fan-out\` (${circumstances}).

The venue of one event changes; every person on it has a calendar at the sandbox of that provider (in this process: its
work is in both columns). "Bare" is an HTTP client that makes the very same requests again, eight at once as callboard
does, and neither decides nor stores anything. Target (design.md section 11): within 1.3 × of it. Requests for each copy
include the reading that comes before a write, and what looks at the result.

| provider | people | each request held up | requests a change (of them writes) | callboard | bare | callboard / bare |
| --- | --- | --- | --- | --- | --- | --- |
${spread.map(fanOutLine).join('\n')}
`;
}

function fanOutLine({
  provider,
  people,
  delayMs,
  requestsPerChange,
  writesPerChange,
  seconds,
  bareSeconds,
  right,
}: FanOut) {
  const asked = `${requestsPerChange.toFixed(2)} (${writesPerChange.toFixed(2)})`;
  const against = verdict(right === people && seconds <= 1.3 * bareSeconds, share(seconds, bareSeconds));
  return `| ${provider} | ${people} | ${delayMs} ms | ${asked} | ${seconds.toFixed(2)} s | ${bareSeconds.toFixed(2)} s | ${against} |`;
}

const isFirst = (row: Row) => row.step === 'first sync';
const isIdle = (row: Row) => row.step === 'idle pass';
const isEdited = (row: Row) => row.step.startsWith('1 %');
const nameOf = ({ size }: Row) =>
  `${size.calendars} × ${size.events}${size.delayMs > 0 ? `, ${size.delayMs} ms away` : ''}`;
const verdict = (met: boolean, figure: string) => `${met ? 'met' : '**missed**'} (${figure})`;
const share = (ours: number, theirs: number) => (theirs === 0 ? '–' : `${(ours / theirs).toFixed(2)} ×`);

const targets: readonly Readonly<{ name: string; of(row: Row): boolean; judge(row: Row): string }>[] = [
  {
    name: 'first sync at most half its time',
    of: isFirst,
    judge: ({ vdirsyncer, callboard }) =>
      verdict(callboard.seconds <= vdirsyncer.seconds / 2, share(callboard.seconds, vdirsyncer.seconds)),
  },
  {
    name: 'idle pass: one request and under 2 kB a calendar',
    of: isIdle,
    judge: ({ size, callboard }) => {
      const [requests, kilobytes] = [callboard.requests / size.calendars, callboard.kilobytes / size.calendars];
      return verdict(requests <= 1 && kilobytes < 2, `${requests}, ${kilobytes.toFixed(1)} kB`);
    },
  },
  {
    name: '1 % edits: one write each + 2 requests a calendar',
    of: isEdited,
    judge: ({ size, callboard }) => {
      const allowed = size.calendars * (Math.max(1, Math.round(size.events / 100)) + 2);
      return verdict(callboard.requests <= allowed, `${callboard.requests} of ${allowed}`);
    },
  },
  {
    name: 'client processor at most half, first sync',
    of: isFirst,
    judge: ({ vdirsyncer, callboard }) =>
      verdict(callboard.cpu <= vdirsyncer.cpu / 2, share(callboard.cpu, vdirsyncer.cpu)),
  },
];

function lineOf(row: Row): string {
  const cell = ({ seconds, cpu, requests, kilobytes }: Figures) =>
    `${seconds} s · ${cpu} s · ${requests} · ${kilobytes} kB`;
  const { vdirsyncer, callboard } = row;
  const against = `${share(callboard.seconds, vdirsyncer.seconds)} · ${share(callboard.cpu, vdirsyncer.cpu)}`;
  return `| ${nameOf(row)} | ${row.step} | ${cell(vdirsyncer)} | ${cell(callboard)} | ${against} |`;
}
