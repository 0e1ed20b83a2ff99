/**
 * Runs seeds of the simulation: `node test/sim/main.ts --seeds N [--from S] [--seconds T] [--workers K] [--ticks N]`.
 * `--seed S [--ticks N]` replays one, `--planted [NAME…]` runs the planted bugs. Exits with 1 when a seed is red.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import { plantedBugs, runPlanted } from './planted.ts';
import { keepRedSeed, redSeeds } from './seeds.ts';
import { type SimulationOptions, simulate } from './simulate.ts';
import type { Report } from './worker.ts';

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    workers: { type: 'string' },
    seed: { type: 'string' },
    ticks: { type: 'string' },
    planted: { type: 'boolean', default: false },
    /** For the planted bugs: stop at the first red seed, keep nothing, say only what was found. */
    brief: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const options: SimulationOptions = values.ticks === undefined ? {} : { ticks: Number(values.ticks) };
const say = (text: string) => process.stdout.write(`${text}\n`);
const red = (text: string) => (process.stdout.isTTY ? `\u001b[31m${text}\u001b[0m` : text);

async function replay(seed: number): Promise<boolean> {
  const verdict = await simulate(seed, options);
  const { violation, excerpt, digest, ticks } = verdict;
  if (violation === null) say(`seed ${seed} is green: ${ticks} ticks, history ${digest.slice(0, 16)}`);
  else show({ seed, invariant: violation.invariant, message: violation.message, excerpt });
  return violation === null;
}

type Red = Readonly<{ seed: number; invariant: string; message: string; excerpt: readonly string[] }>;

function show({ seed, invariant, message, excerpt }: Red): void {
  say(red(`\nRED seed ${seed} at commit ${commit()}`));
  say(`broken: ${invariant}`);
  say(`        ${message}`);
  for (const line of excerpt) say(`  ${line}`);
  say(`replay: npm run simulate -- --seed ${seed}${values.ticks === undefined ? '' : ` --ticks ${values.ticks}`}`);
}

function commit(): string {
  try {
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

/** Hands seeds out until there are enough, or time is up. Returns how many were red. */
async function run(): Promise<number> {
  const startedAt = performance.now();
  const from = Number(values.from);
  const count = values.seeds === undefined ? Number.POSITIVE_INFINITY : Number(values.seeds);
  const endsAt = values.seconds === undefined ? Number.POSITIVE_INFINITY : startedAt + Number(values.seconds) * 1000;
  const known = values.brief ? [] : redSeeds().map(one => one.seed);
  let handed = 0;
  let [done, reds, stopped] = [0, 0, false];
  const next = (): number | null => {
    if (stopped || performance.now() > endsAt) return null;
    handed += 1;
    const first = known[handed - 1];
    if (first !== undefined) return first;
    const index = handed - 1 - known.length;
    return index < count ? from + index : null;
  };
  const bar = process.stdout.isTTY ? new SingleBar({ format: '{bar} {value} seeds, {red} red, {speed}/s' }) : null;
  bar?.start(Number.isFinite(count) ? count + known.length : 1, 0, { red: 0, speed: 0 });
  const take = (report: Report) => {
    done += 1;
    const speed = ((done * 1000) / (performance.now() - startedAt)).toFixed(1);
    if (bar && !Number.isFinite(count)) bar.setTotal(done);
    bar?.update(done, { red: reds, speed });
    if (!bar && done % 1_000 === 0) say(`${done} seeds, ${reds} red so far, ${speed}/s`);
    if (report.red === null) return;
    reds += 1;
    if (values.brief) stopped = true;
    else {
      show({ seed: report.seed, ...report.red });
      // With other ticks it is another world.
      if (values.ticks === undefined)
        keepRedSeed({ seed: report.seed, invariant: report.red.invariant, commit: commit() });
    }
    if (values.brief) say(`red ${report.seed} ${done} ${report.red.invariant}`);
  };
  const workers = values.workers === undefined ? availableParallelism() : Number(values.workers);
  await Promise.all(Array.from({ length: workers }, () => work(next, take)));
  bar?.stop();
  const seconds = (performance.now() - startedAt) / 1000;
  say(
    `${done} seeds, ${reds} red, ${seconds.toFixed(1)} s, ${(done / seconds).toFixed(1)} seeds/s on ${workers} workers`,
  );
  return reds;
}

function work(next: () => number | null, take: (report: Report) => void): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    const hand = () => {
      const seed = next();
      if (seed !== null) worker.postMessage(seed);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (report: Report) => {
      take(report);
      hand();
    });
    worker.on('error', reject);
    hand();
  });
}

/** Every planted bug must turn a seed red within its budget. Returns how many survived. */
async function planted(): Promise<number> {
  let survivors = 0;
  const all = plantedBugs().filter(bug => positionals.length === 0 || positionals.includes(bug.name));
  for (const bug of all) {
    const found = await runPlanted(bug);
    if (found === null) survivors += 1;
    const text = found ? `red at seed ${found.seed}, the ${found.tried}th tried: ${found.invariant}` : red('SURVIVED');
    say(`${bug.name.padEnd(36)} ${text}`);
  }
  return survivors;
}

if (values.seed !== undefined) process.exitCode = (await replay(Number(values.seed))) ? 0 : 1;
else process.exitCode = (values.planted ? await planted() : await run()) === 0 ? 0 : 1;
