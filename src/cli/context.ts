/** What every command is given: the terminal, and the means to open the rest. */
import type { App } from '../app.ts';
import type { Config } from '../config/schema.ts';
import type { ProductionId } from '../model/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { CommandError, type ExitCode, type Terminal, UsageError } from './terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly runtime: Runtime;
  /** Aborted by Ctrl-C or a stop of the service. */
  readonly signal: AbortSignal;
  config(): Promise<Config>;
  /** Opens everything; the caller disposes of it. */
  app(): Promise<App>;
}

/** A command's work; its exit code says how it went (contract.md section 3). */
export type Command = (context: CommandContext) => Promise<ExitCode>;

/** The production a command means: the only one, or `--production ID`. Throws UsageError, CommandError. */
export function productionOf(config: Config, wanted: string | undefined): Config['productions'][number] {
  const ids = config.productions.map(production => production.id).join(', ');
  const [first, ...others] = config.productions;
  if (wanted === undefined) {
    if (first && others.length === 0) return first;
    throw new UsageError(`several productions are configured; say which with --production (${ids})`);
  }
  const found = config.productions.find(production => production.id === (wanted as ProductionId));
  if (!found) throw new CommandError(`there is no production “${wanted}”; configured: ${ids}`);
  return found;
}
