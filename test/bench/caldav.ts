/** callboard and vdirsyncer bring the same events into the same Radicale, each through the same counting proxy. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeResource } from '../../src/ical/write.ts';
import type { Creation } from '../../src/model/copy.ts';
import { root } from '../e2e/command.ts';
import { findProgram } from '../real/peer.ts';
import { startRadicale } from '../real/radicale.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { measure } from './measured-child.ts';

export type Figures = Readonly<{ seconds: number; cpu: number; requests: number; kilobytes: number }>;
/** `delayMs`: how long the line to the server holds each request up. */
export type Size = Readonly<{ calendars: number; events: number; delayMs: number }>;
export type Row = Readonly<{ size: Size; step: string; vdirsyncer: Figures; callboard: Figures }>;

const user = { name: 'bench', password: 'secret' };
const people = (size: Size) => Array.from({ length: size.calendars }, (_, n) => `P${String(n).padStart(2, '0')}`);

/** One way of syncing, reduced to what the measurement needs. */
type Contender = Readonly<{ sync(): Promise<Figures>; edit(count: number): Promise<void> }>;

export async function benchCaldav(size: Size, note: (text: string) => void): Promise<Row[]> {
  const vdirsyncer = await contend(size, 'vdirsyncer', vdirsyncerOn);
  const callboard = await contend(size, 'callboard', callboardOn);
  const steps = vdirsyncer.map(({ step }) => step);
  return steps.map((step, at) => {
    const [theirs, ours] = [vdirsyncer[at]?.figures, callboard[at]?.figures];
    if (!theirs || !ours) throw new Error(`no figures for ${step}`);
    note(`${size.calendars} × ${size.events} ${step}: vdirsyncer ${theirs.seconds} s, callboard ${ours.seconds} s`);
    return { size, step, vdirsyncer: theirs, callboard: ours };
  });
}

type Start = (size: Size, folder: string, urls: readonly string[], proxy: CountingProxy) => Promise<Contender>;

/** A fresh server, so that neither contender meets what the other left. */
async function contend(size: Size, name: string, start: Start): Promise<{ step: string; figures: Figures }[]> {
  const radicale = await startRadicale([user]);
  const proxy = await startCountingProxy(radicale.url, size.delayMs);
  const folder = await mkdtemp(join(tmpdir(), `callboard-bench-${name}-`));
  try {
    const urls: string[] = [];
    for (const person of people(size))
      urls.push((await radicale.makeCalendar(user, person)).replace(radicale.url, proxy.url));
    const contender = await start(size, folder, urls, proxy);
    const rows = [{ step: 'first sync', figures: await contender.sync() }];
    await contender.sync();
    rows.push({ step: 'idle pass', figures: await contender.sync() });
    await contender.edit(Math.max(1, Math.round(size.events / 100)));
    rows.push({ step: '1 % edited on our side', figures: await contender.sync() });
    return rows;
  } finally {
    await proxy.stop();
    await radicale.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function figures(command: readonly string[], cwd: string, proxy: CountingProxy): Promise<Figures> {
  proxy.take();
  const { seconds, cpu } = await measure(command, { cwd, env: { ...process.env, CALLBOARD_LOG: 'warn' } });
  const { requests, bytes } = proxy.take();
  const round = (value: number) => Math.round(value * 100) / 100;
  return { seconds: round(seconds), cpu: round(cpu), requests, kilobytes: Math.round(bytes / 102.4) / 10 };
}

const zone = 'Europe/London';
const text = 'Bring the schedule. '.repeat(20).trim();
const title = (n: number) => `Meeting ${n} of the bench, with a title of usual length`;
const dayOf = (n: number) =>
  Temporal.PlainDate.from('2027-03-01')
    .add({ days: n % 200 })
    .toString();
const hourOf = (n: number) => String(8 + (Math.floor(n / 200) % 12)).padStart(2, '0');

async function vdirsyncerOn(
  size: Size,
  folder: string,
  urls: readonly string[],
  proxy: CountingProxy,
): Promise<Contender> {
  const program = findProgram('vdirsyncer');
  if (program === null) throw new Error('vdirsyncer is not installed');
  const vdir = join(folder, 'local');
  for (const person of people(size)) {
    await mkdir(join(vdir, person), { recursive: true });
    for (let n = 0; n < size.events; n += 1)
      await writeFile(join(vdir, person, `${person}-${n}.ics`), icsOf(person, n, title(n)));
  }
  const home = urls[0]?.replace(/[^/]+\/$/, '') ?? '';
  const config = `[general]
status_path = "${join(folder, 'status')}"
[pair bench]
a = "local"
b = "remote"
collections = ${JSON.stringify(people(size))}
[storage local]
type = "filesystem"
path = "${vdir}"
fileext = ".ics"
[storage remote]
type = "caldav"
url = "${home}"
username = "${user.name}"
password = "${user.password}"
`;
  const file = join(folder, 'config');
  await writeFile(file, config);
  await measure([program, '-c', file, 'discover'], { cwd: folder });
  return {
    sync: () => figures([program, '-c', file, 'sync'], folder, proxy),
    async edit(count) {
      for (const person of people(size)) {
        const files = (await readdir(join(vdir, person))).slice(0, count);
        for (const name of files) {
          const path = join(vdir, person, name);
          await writeFile(path, (await readFile(path, 'utf8')).replace('SUMMARY:', 'SUMMARY:Moved '));
        }
      }
    },
  };
}

/** What callboard itself writes for the same event, so that the server has the same work with both. */
function icsOf(person: string, n: number, title: string): string {
  const when = { kind: 'timed', start: `${dayOf(n)}T${hourOf(n)}:00:00`, end: `${dayOf(n)}T${hourOf(n)}:45:00`, zone };
  const marker = { key: 'ab'.repeat(16), version: 1 };
  const face = { when, title, place: '', notes: text, url: null, busy: 'busy', series: null };
  const creation = { marker, uid: `${person}-${n}@bench`, face, status: 'confirmed' };
  return writeResource(creation as Creation, Date.parse('2027-01-01T00:00:00Z'));
}

async function callboardOn(
  size: Size,
  folder: string,
  urls: readonly string[],
  proxy: CountingProxy,
): Promise<Contender> {
  const main = join(root, 'src', 'main.ts');
  const links = people(size).map(
    (id, n) =>
      `  - { person: ${id}, provider: caldav, url: "${urls[n]}", username: ${user.name}, password: ${user.password} }`,
  );
  const production = 'production: { id: bench, name: BENCH, timezone: Europe/London }';
  await writeFile(
    join(folder, 'callboard.yaml'),
    [production, 'store: sqlite:c.db', 'calendars:', ...links].join('\n'),
  );
  const sheets = join(folder, 'sheets');
  await mkdir(sheets);
  const write = async (edited: number) => {
    const persons = people(size).map(id => `${id},Person ${id},crew`);
    await writeFile(join(sheets, 'people.csv'), ['id,name,kind', ...persons].join('\n'));
    const rows = people(size).flatMap(id => Array.from({ length: size.events }, (_, n) => eventRow(id, n, n < edited)));
    await writeFile(join(sheets, 'schedule.csv'), ['id,kind,title,date,start,end,required,notes', ...rows].join('\n'));
    await measure([process.execPath, main, 'import', sheets], { cwd: folder });
  };
  await write(0);
  return { sync: () => figures([process.execPath, main, 'sync', '--once'], folder, proxy), edit: write };
}

function eventRow(person: string, n: number, edited: boolean): string {
  const times = `${dayOf(n)},${hourOf(n)}:00,${hourOf(n)}:45`;
  const summary = `${edited ? 'Moved ' : ''}${title(n)}`;
  return `${person}-${n},meeting,"${summary}",${times},${person},"${text}"`;
}
