/** From the process to a command line and back: arguments, environment, streams, signals → exit code. */
import { environment } from '../runtime/env.ts';
import { createLog } from '../runtime/log.ts';
import { onStop } from '../runtime/signals.ts';
import { systemRuntime } from '../runtime/system.ts';
import { runCommandLine } from './program.ts';
import type { ExitCode } from './terminal.ts';

export async function start(): Promise<ExitCode> {
  const { signal, dispose } = onStop();
  // A reader that has seen enough (`| head`), or a terminal that was closed, is no reason to fall over.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
  try {
    return await runCommandLine(process.argv.slice(2), {
      streams: { out: process.stdout, err: process.stderr },
      env: environment(),
      cwd: process.cwd(),
      signal,
      runtime: level => systemRuntime(createLog(level)),
    });
  } finally {
    dispose();
  }
}
