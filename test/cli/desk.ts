/** The command line in this process: a configuration of its own in a temp folder, and what it says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/program.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { systemRuntime } from '../../src/runtime/system.ts';

export type Said = Readonly<{ code: number; out: string; err: string }>;

export interface Desk extends AsyncDisposable {
  readonly folder: string;
  /** What every command runs on; a test may turn its clock. */
  runtime: Runtime;
  /** The lines of the configuration beside production and store. */
  configure(...lines: string[]): Promise<void>;
  run(...args: string[]): Promise<Said>;
  /** With `--json`, whatever the exit code. */
  json<T>(...args: string[]): Promise<T>;
}

export async function openDesk(): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'callboard-desk-'));
  const file = join(folder, 'callboard.yaml');
  const desk: Desk = {
    folder,
    runtime: systemRuntime(createLog('silent')),
    configure: async (...lines) =>
      writeFile(
        file,
        [
          'production: { id: tide, name: TIDE, timezone: Europe/London }',
          `store: sqlite:${join(folder, 'c.db')}`,
          ...lines,
        ].join('\n'),
      ),
    async run(...args) {
      const [out, err]: [string[], string[]] = [[], []];
      const code = await runCommandLine(['--config', file, ...args], {
        streams: {
          out: { write: (text: string) => out.push(text) > 0 },
          err: { write: (text: string) => err.push(text) > 0, isTTY: false },
        },
        env: {},
        cwd: folder,
        signal: new AbortController().signal,
        runtime: () => desk.runtime,
      });
      return { code, out: out.join(''), err: err.join('') };
    },
    json: async (...args) => {
      const { out, err } = await desk.run(...args, '--json');
      if (out === '') throw new Error(err);
      return JSON.parse(out);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
  return desk;
}

/** A unit list of three people without addresses. */
export async function importPeople(desk: Desk): Promise<void> {
  const people = join(desk.folder, 'people.csv');
  const rows = ['C01,Bethan Larkspur,crew,', 'C02,Idris Calloway,crew,', 'C03,Henrietta Osei-Blythe,crew,'];
  await writeFile(people, ['id,name,kind,email', ...rows, ''].join('\n'));
  const { code, err } = await desk.run('import', people);
  if (code !== 0) throw new Error(err);
}
