/** The command line as a user runs it: a child process with a configuration of its own in a temp folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const tidewrack = join(root, 'fixtures', 'tidewrack');
const main = join(root, 'src', 'main.ts');
const run = promisify(execFile);

export type Ran = Readonly<{ code: number; out: string; err: string }>;

export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  configure(yaml: string): Promise<void>;
  callboard(...args: string[]): Promise<Ran>;
  /** A command that goes on running; who starts it ends it. */
  start(...args: string[]): ChildProcess;
  /** With `--json`; throws when the exit code is not among `codes`. */
  json<T>(codes: readonly number[], ...args: string[]): Promise<T>;
}

export async function openWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'callboard-e2e-'));
  const file = join(folder, 'callboard.yaml');
  const callboard = async (...args: string[]): Promise<Ran> => {
    const options = { cwd: folder, env: { ...process.env, CALLBOARD_LOG: 'warn' }, maxBuffer: 64 << 20 };
    try {
      const { stdout, stderr } = await run(process.execPath, [main, '--config', file, ...args], options);
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const failed = error as { code?: number; stdout?: string; stderr?: string };
      return { code: failed.code ?? -1, out: failed.stdout ?? '', err: failed.stderr ?? '' };
    }
  };
  return {
    folder,
    configure: yaml => writeFile(file, yaml),
    callboard,
    start: (...args) => spawn(process.execPath, [main, '--config', file, ...args], { cwd: folder }),
    async json<T>(codes: readonly number[], ...args: string[]): Promise<T> {
      const ran = await callboard(...args, '--json');
      if (!codes.includes(ran.code)) throw new Error(`${args.join(' ')}: exit ${ran.code}: ${ran.err}`);
      return JSON.parse(ran.out) as T;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
