/** `callboard demo`: TIDEWRACK on sandbox calendars, a tour, and the office page until it is ended. */
import { environment } from '../runtime/env.ts';
import { createLog } from '../runtime/log.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Command } from './context.ts';
import { buttons } from './demo/buttons.ts';
import { endOrEnter, watchForEnd } from './demo/ending.ts';
import { type DemoOffice, openDemo } from './demo/office.ts';
import { demoPages } from './demo/pages.ts';
import { stepText } from './demo/print.ts';
import type { StepReport } from './demo/step.ts';
import { tour } from './demo/tour.ts';
import { goodbye, howToGoOn, welcome } from './demo/words.ts';
import { type Terminal, UsageError } from './terminal.ts';

export function demoCommand(options: Readonly<{ port: string; wait: boolean }>): Command {
  return async ({ terminal, runtime, signal }) => {
    const port = portOf(options.port);
    using ending = watchForEnd(signal);
    const state = { isTouring: true };
    try {
      await using office = await openDemo({
        port,
        runtime: quiet(runtime),
        signal: ending.signal,
        web: demo => ({ actions: buttons(demo, state), pages: demoPages(demo, state) }),
      });
      say(terminal, await welcome(office, port));
      const steps = await takeTour(office, terminal);
      state.isTouring = false;
      const result = { url: office.daemon.url, steps };
      terminal.result(result, () => howToGoOn(office, options.wait));
      if (options.wait) await endOrEnter(ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
    // Where the terminal is gone there is nobody to say it to.
    if (signal.aborted || !ending.signal.aborted) say(terminal, goodbye);
    return 0;
  };
}

async function takeTour(office: DemoOffice, terminal: Terminal): Promise<readonly StepReport[]> {
  const steps: StepReport[] = [];
  for (const step of tour) {
    office.signal.throwIfAborted();
    const report = await step(office);
    steps.push(report);
    say(terminal, stepText(steps.length, report));
  }
  return steps;
}

/** With `--json` the one document at the end says it all. */
function say(terminal: Terminal, text: string): void {
  if (!terminal.json) terminal.result(null, () => text);
}

/** The daemon's log would stand between the lines of the tour; who wants it asks for it. */
function quiet(runtime: Runtime): Runtime {
  return environment().CALLBOARD_LOG === undefined ? { ...runtime, log: createLog('error') } : runtime;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`--port takes a number from 0 (any that is free) to 65535, not “${text}”`);
}
