/** Bugs planted into a copy of the sources: a simulation that does not find them proves nothing. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type PlantedBug = Readonly<{
  name: string;
  /** What is wrong, in a sentence. */
  what: string;
  file: string;
  find: string;
  replace: string;
  /** Within so many seeds one must be red. */
  seeds: number;
  /** Runs with every test; the others with `npm run simulate -- --planted`. */
  quick?: boolean;
}>;

const root = fileURLToPath(new URL('../../', import.meta.url));

export function plantedBugs(): readonly PlantedBug[] {
  return JSON.parse(readFileSync(join(root, 'test/sim/planted-bugs/bugs.json'), 'utf8')) as PlantedBug[];
}

/** How often the text that it changes stands in its file; once is right. */
export function placesOf({ file, find }: PlantedBug): number {
  return readFileSync(join(root, file), 'utf8').split(find).length - 1;
}

/** null: no seed was red, the bug survived. Throws when the text to be changed is not in its file exactly once. */
export async function runPlanted(
  bug: PlantedBug,
): Promise<Readonly<{ seed: number; tried: number; invariant: string }> | null> {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-planted-'));
  try {
    for (const part of ['src', 'connectors', 'test/sim', 'test/blank.ts', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, bug.file);
    const text = readFileSync(path, 'utf8');
    if (placesOf(bug) !== 1) throw new Error(`${bug.name}: its text is not once in ${bug.file}`);
    writeFileSync(
      path,
      text.replace(bug.find, () => bug.replace),
    );
    const main = join(folder, 'test/sim/main.ts');
    const out = await run([main, '--brief', '--seeds', String(bug.seeds)]);
    if (!/^\d+ seeds, \d+ red, /m.test(out)) throw new Error(`${bug.name}: the simulation did not run`);
    const [, seed, tried, invariant] = /^red (\d+) (\d+) (.*)$/m.exec(out) ?? [];
    return seed === undefined ? null : { seed: Number(seed), tried: Number(tried), invariant: invariant ?? '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[]): Promise<string> {
  return new Promise(resolve => {
    execFile(process.execPath, [...args], { maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout));
  });
}
