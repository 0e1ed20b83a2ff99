/** `callboard serve`: the daemon, until it is asked to stop. */
import { startDaemon } from '../daemon.ts';
import { version } from '../version.ts';
import type { Command } from './context.ts';

export function serveCommand(): Command {
  return async ({ terminal, app, signal }) => {
    await using callboard = await app();
    await using daemon = await startDaemon(callboard, { version });
    terminal.result({ url: daemon.url }, () => `callboard is running: ${daemon.url}`);
    await aborted(signal);
    terminal.note('stopping: what runs is finished first');
    return 0;
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
