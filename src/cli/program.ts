/** From a command line to an exit code: reads it by the table of commands, runs the command, words its failure. */
import { CommanderError, InvalidArgumentError, Option, Command as Program } from 'commander';
import { openApp } from '../app.ts';
import { loadConfig } from '../config/load.ts';
import { type Environment, type LogLevel, logLevel } from '../runtime/env.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { version } from '../version.ts';
import { type CommandEntry, commands, groups, type OptionEntry } from './commands.ts';
import type { CommandContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { type ExitCode, harmless, openTerminal, type Streams, UsageError } from './terminal.ts';

export type Surroundings = Readonly<{
  streams: Streams;
  env: Environment;
  cwd: string;
  signal: AbortSignal;
  /** The machine's, logging from this level up. */
  runtime(level: LogLevel): Runtime;
}>;

/** Runs one command line (without the program's name) and returns its exit code. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = emptyProgram(surroundings.streams);
  for (const entry of commands) {
    const command = addCommand(program, entry);
    command.action(async () => {
      code = await run(entry, command, surroundings);
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** The program with what all commands share; its options may stand before the command or after it. */
function emptyProgram({ out, err }: Streams): Program {
  return new Program('callboard')
    .description('One production schedule, in every person’s own calendar.')
    .version(version)
    .option('--config <file>', 'configuration (default: $CALLBOARD_CONFIG, ./callboard.yaml, config/default.yaml)')
    .option('--json', 'one JSON document on standard output')
    .option('--production <id>', 'which production, where several are configured')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: text => void out.write(text),
      writeErr: text => void err.write(text),
      outputError: (text, write) => write(harmless(text.replace(/^error: /, 'callboard: '))),
    });
}

function addCommand(program: Program, { usage, about, options = [], isLenient }: CommandEntry): Program {
  const [first = '', ...others] = usage.split(' ');
  const group = groups[first];
  const parent =
    group === undefined
      ? program
      : (program.commands.find(one => one.name() === first) ?? program.command(first).description(group));
  const command = parent.command(group === undefined ? usage : others.join(' ')).description(about);
  for (const option of options) command.addOption(optionOf(option));
  return isLenient ? command.allowUnknownOption() : command;
}

function optionOf({ flags, about, required, choices, fallback }: OptionEntry): Option {
  const option = new Option(flags, about).makeOptionMandatory(required ?? false);
  if (choices) option.choices(choices);
  else if (option.required) option.argParser(notBlank);
  return fallback === undefined ? option : option.default(fallback);
}

function notBlank(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

async function run(entry: CommandEntry, command: Program, surroundings: Surroundings): Promise<ExitCode> {
  const { env, streams } = surroundings;
  try {
    // One who types a command reads its result; log lines beside it would only be in the way.
    const runtime = surroundings.runtime(logLevel(env, entry.isDaemon ? 'info' : 'error'));
    const made = await entry.make(() => command.optsWithGlobals(), ...command.args);
    return await made(contextOf(command, runtime, surroundings));
  } catch (error) {
    const described = describeError(error);
    if (described === null) surroundings.runtime('error').log.error({ err: error }, 'the command failed by a defect');
    const reason = described ?? 'a defect in callboard stopped this command; see the log above';
    streams.err.write(`callboard: ${harmless(reason)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function contextOf(command: Program, runtime: Runtime, surroundings: Surroundings): CommandContext {
  const { env, cwd, signal, streams } = surroundings;
  const options = command.optsWithGlobals<Readonly<{ config?: string; json?: boolean }>>();
  const config = () => loadConfig({ file: options.config, env, cwd });
  return {
    terminal: openTerminal(streams, options.json ?? false),
    runtime,
    signal,
    config,
    app: async () => await openApp(await config(), runtime),
  };
}
