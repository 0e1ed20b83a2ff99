/** When the demo is to end: Ctrl-C, Enter, or the terminal being closed. */

export interface Ending extends Disposable {
  readonly signal: AbortSignal;
}

/** @param stopping aborted by Ctrl-C or a stop of the service */
export function watchForEnd(stopping: AbortSignal): Ending {
  const ending = new AbortController();
  const end = () => ending.abort();
  if (stopping.aborted) end();
  stopping.addEventListener('abort', end);
  // A closed terminal hangs up, and what is then written to it fails: both mean that nobody is there any more.
  process.on('SIGHUP', end);
  process.stdout.on('error', end);
  return {
    signal: ending.signal,
    [Symbol.dispose]: () => {
      stopping.removeEventListener('abort', end);
      process.off('SIGHUP', end);
      process.stdout.off('error', end);
    },
  };
}

/** Resolves at the end, or when Enter is pressed or the terminal is gone (where there is one). */
export async function endOrEnter(ending: AbortSignal): Promise<void> {
  const { stdin } = process;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  ending.addEventListener('abort', end);
  if (ending.aborted) end();
  if (stdin.isTTY) stdin.on('data', end).on('end', end).on('error', end);
  await promise;
  ending.removeEventListener('abort', end);
  if (stdin.isTTY) stdin.off('data', end).off('end', end).off('error', end).pause();
}
