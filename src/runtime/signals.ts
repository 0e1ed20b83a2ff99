/** How the daemon is asked to stop. */

const stopSignals = { SIGINT: 2, SIGTERM: 15 } as const;
const graceMs = 10_000;

/**
 * Aborts `signal` at the first SIGINT or SIGTERM, so that runs end and stores close by themselves. A second one ends
 * the process hard, but only 10 s later: npm hands a Ctrl-C on to a child that the terminal has told already, so the
 * second often comes at once and means nothing. `dispose` gives the signals back to the system.
 */
export function onStop(): Readonly<{ signal: AbortSignal; dispose(): void }> {
  const stopping = new AbortController();
  let last: NodeJS.Timeout | null = null;
  const stop = (name: keyof typeof stopSignals) => {
    if (!stopping.signal.aborted) stopping.abort();
    else last ??= setTimeout(() => process.exit(128 + stopSignals[name]), graceMs).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: stopping.signal,
    dispose: () => {
      if (last) clearTimeout(last);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
