#!/usr/bin/env node
/** The binary: arguments → command → exit code. */
import { runCommandLine } from './cli/program.ts';
import { EnvironmentError, environment, logLevel } from './runtime/env.ts';
import { createLog } from './runtime/log.ts';
import { onStop } from './runtime/signals.ts';
import { systemRuntime } from './runtime/system.ts';

const { signal, dispose } = onStop();
try {
  const env = environment();
  const runtime = systemRuntime(createLog(logLevel(env)));
  const streams = { out: process.stdout, err: process.stderr };
  process.exitCode = await runCommandLine(process.argv.slice(2), { streams, env, cwd: process.cwd(), runtime, signal });
} catch (error) {
  if (!(error instanceof EnvironmentError)) throw error;
  process.stderr.write(`callboard: ${error.message}\n`);
  process.exitCode = 2;
} finally {
  dispose();
}
