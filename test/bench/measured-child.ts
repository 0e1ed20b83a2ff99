/** Runs a command and says what it cost: wall time, and the processor time of it and its children (bash `time`). */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Cost = Readonly<{ seconds: number; cpu: number; out: string }>;

export async function measure(
  command: readonly string[],
  options: Readonly<{ cwd: string; env?: NodeJS.ProcessEnv }>,
): Promise<Cost> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const { stdout, stderr } = await run('bash', ['-c', script, 'measured', ...command], {
    ...options,
    maxBuffer: 256 << 20,
  });
  const [real = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds: real, cpu: user + system, out: stdout };
}
