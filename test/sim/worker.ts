/** A thread that runs one seed after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SimulationOptions, simulate } from './simulate.ts';

export type Report = Readonly<{
  seed: number;
  red: Readonly<{ invariant: string; message: string; excerpt: readonly string[] }> | null;
}>;

/** As the main thread has them. */
const options: SimulationOptions = workerData;

parentPort?.on('message', async (seed: number) => {
  parentPort?.postMessage(await report(seed));
});

async function report(seed: number): Promise<Report> {
  try {
    const { violation, excerpt } = await simulate(seed, options);
    if (violation === null) return { seed, red: null };
    return { seed, red: { invariant: violation.invariant, message: violation.message, excerpt } };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { seed, red: { invariant: 'the simulation itself', message, excerpt: [] } };
  }
}
