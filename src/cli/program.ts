/** The command line: what contract.md section 3 names, each command in a file of its own, loaded when it is called. */
import { CommanderError, type OptionValues, Command as Program } from 'commander';
import { openApp } from '../app.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig } from '../config/load.ts';
import type { Environment } from '../runtime/env.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { version } from '../version.ts';
import type { Command, CommandContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { type ExitCode, openTerminal, type Streams, UsageError } from './terminal.ts';

export type Surroundings = Readonly<{
  streams: Streams;
  env: Environment;
  cwd: string;
  runtime: Runtime;
  signal: AbortSignal;
}>;

type Start = (make: () => Promise<Command>) => Promise<void>;

/** Runs one command line (without the program's name) and returns its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Program('callboard')
    .description('One production schedule, in every person’s own calendar.')
    .version(version)
    .option('--config <file>', 'configuration (default: $CALLBOARD_CONFIG, ./callboard.yaml, config/default.yaml)')
    .option('--json', 'one JSON document on standard output')
    .option('--production <id>', 'which production, where several are configured')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({
      writeOut: text => void surroundings.streams.out.write(text),
      writeErr: text => void surroundings.streams.err.write(text),
    });
  const start: Start = async make => {
    const options = program.opts<{ config?: string; json?: boolean }>();
    code = await runCommand(make, contextOf(options, surroundings), surroundings);
  };
  addScheduleCommands(program, start);
  addSyncCommands(program, start);
  addMailCommands(program, start);
  addOtherCommands(program, start);
  shareOptions(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function contextOf(options: Readonly<{ config?: string; json?: boolean }>, surroundings: Surroundings): CommandContext {
  const { env, cwd, runtime, signal, streams } = surroundings;
  const config = () => loadConfig({ file: options.config, env, cwd });
  return {
    terminal: openTerminal(streams, options.json ?? false),
    runtime,
    signal,
    config,
    app: async () => await openApp(await config(), runtime),
  };
}

async function runCommand(
  make: () => Promise<Command>,
  context: CommandContext,
  { streams, runtime }: Surroundings,
): Promise<ExitCode> {
  try {
    return await (await make())(context);
  } catch (error) {
    const described = describeError(error);
    if (described === null) runtime.log.error({ err: error }, 'the command failed by a defect');
    streams.err.write(`callboard: ${described ?? 'a defect in callboard stopped this command; see the log above'}\n`);
    return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
  }
}

/** Options of the program may stand after the command as well: `callboard status --json`. */
function shareOptions(program: Program): void {
  const visit = (command: Program) => {
    for (const child of command.commands) {
      for (const option of program.options) {
        if (option.attributeName() === 'version' || child.options.some(one => one.long === option.long)) continue;
        child.option(option.flags, option.description);
      }
      child.exitOverride().copyInheritedSettings(command);
      child.hook('preAction', (_command, action) => {
        for (const [name, value] of Object.entries(action.opts<OptionValues>())) {
          if (['config', 'json', 'production'].includes(name)) program.setOptionValue(name, value);
        }
      });
      visit(child);
    }
  };
  visit(program);
}

function addScheduleCommands(program: Program, start: Start): void {
  program
    .command('import')
    .description('take sheets, a workbook or an iCalendar into the schedule')
    .argument('<path...>', 'a folder of CSV files, an .xlsx, .ics or .json')
    .option('--dry-run', 'say what would happen, store nothing')
    .option('--prune', 'take away what stands in no row any more')
    .option('--by <name>', 'who imports; stands in the history', 'import')
    .action((paths, _options, command: Program) =>
      start(async () => (await import('./import.ts')).importCommand(paths, command.optsWithGlobals())),
    );
  program
    .command('export')
    .description('the schedule, or one person’s, at that person’s privacy tier')
    .requiredOption('--format <format>', 'ics, csv, json or xlsx')
    .option('--person <id>', 'only this person’s, as they may see it')
    .option('--out <path>', 'a file (csv of the whole schedule: a folder); default: standard output')
    .action((_options, command: Program) =>
      start(async () => (await import('./export.ts')).exportCommand(command.optsWithGlobals())),
    );
  const conflicts = program.command('conflicts').description('edits that met, and what is done about them');
  conflicts
    .command('list')
    .description('open findings')
    .option('--all', 'decided and closed ones too')
    .action((_options, command: Program) =>
      start(async () => (await import('./conflicts.ts')).listConflicts(command.optsWithGlobals())),
    );
  conflicts
    .command('resolve')
    .description('decide a finding')
    .argument('<id>')
    .requiredOption('--take <choice>', 'canonical, theirs or suggestion:N')
    .requiredOption('--by <name>', 'who decides; stands in the history')
    .action((id, _options, command: Program) =>
      start(async () => (await import('./conflicts.ts')).resolveConflict(id, command.optsWithGlobals())),
    );
}

function addSyncCommands(program: Program, start: Start): void {
  program
    .command('sync')
    .description('one full reconciliation to quiescence')
    .option('--once', 'run once and end')
    .option('--calendar <id>', 'only this calendar')
    .action((_options, command: Program) =>
      start(async () => (await import('./sync.ts')).syncCommand(command.optsWithGlobals())),
    );
  const calendars = program.command('calendars').description('linked calendars and how they fare');
  calendars
    .command('list')
    .description('links, their state, last sync, last error')
    .action(() => start(async () => (await import('./calendars.ts')).listCalendars()));
  calendars
    .command('add')
    .description('link a calendar')
    .requiredOption('--person <id>', 'whose it is')
    .requiredOption('--provider <provider>', 'caldav or ics (google and microsoft come later)')
    .option('--url <address>', 'of the calendar or feed')
    .option('--user <name>', 'to sign in with')
    .option('--password-file <file>', 'holds the password; - reads standard input')
    .option('--mode <mode>', 'two-way, publish or busy')
    .option('--carrier <carrier>', 'copy or invite')
    .action((_options, command: Program) =>
      start(async () => {
        const { readSecretFile } = await import('./secret-file.ts');
        return (await import('./calendars.ts')).addCalendar(command.optsWithGlobals(), readSecretFile);
      }),
    );
  calendars
    .command('remove')
    .description('unlink a calendar; what stands in it stays there')
    .argument('<id>')
    .action(id => start(async () => (await import('./calendars.ts')).removeCalendar(id)));
  calendars
    .command('test')
    .description('read a calendar without storing anything')
    .argument('<id>')
    .action(id => start(async () => (await import('./calendars.ts')).testCalendar(id)));
  calendars
    .command('release')
    .description('let a halted calendar, or held changes, go on')
    .argument('[id]')
    .option('--all', 'every calendar with a brake on')
    .action((id, options) => start(async () => (await import('./calendars.ts')).releaseCalendar(id, options)));
}

function addMailCommands(program: Program, start: Start): void {
  const mail = program.command('mail').description('the outbox');
  mail
    .command('list')
    .description('messages and their state')
    .option('--all', 'dropped ones too')
    .action((_options, command: Program) =>
      start(async () => (await import('./mail.ts')).listMail(command.optsWithGlobals())),
    );
  mail
    .command('preview')
    .description('what each reader of an event would get')
    .requiredOption('--event <id>')
    .option('--person <id>', 'only mail to or about this person')
    .action((_options, command: Program) =>
      start(async () => (await import('./mail.ts')).previewCommand(command.optsWithGlobals())),
    );
  mail
    .command('release')
    .description('free messages that wait for a person')
    .argument('[id...]')
    .option('--all', 'every one that waits for release')
    .action((ids, _options, command: Program) =>
      start(async () => (await import('./mail.ts')).releaseMail(ids, command.optsWithGlobals())),
    );
  mail
    .command('flush')
    .description('send what is due, ignoring the quiet period')
    .action(() => start(async () => (await import('./mail.ts')).flushMail()));
}

function addOtherCommands(program: Program, start: Start): void {
  program
    .command('serve')
    .description('the daemon: sync, mail, health and the office page')
    .action(() => start(async () => (await import('./serve.ts')).serveCommand()));
  program
    .command('demo')
    .description('TIDEWRACK on sandbox calendars, and a tour')
    .option('--port <port>', 'of the office page', '8080')
    .option('--no-wait', 'end after the tour')
    .action((_options, command: Program) =>
      start(async () => (await import('./demo.ts')).demoCommand(command.optsWithGlobals())),
    );
  program
    .command('status')
    .description('health, counts, lag, per-calendar state')
    .action(() => start(async () => (await import('./status.ts')).statusCommand()));
  program
    .command('doctor')
    .description('try every part of the set-up; says the mend for each fault')
    .action(() => start(async () => (await import('./doctor.ts')).doctorCommand()));
  program
    .command('backup')
    .description('a consistent snapshot while running')
    .argument('<file>')
    .action(file => start(async () => (await import('./backup.ts')).backupCommand(file)));
  program
    .command('restore')
    .description('replace everything by a backup')
    .argument('<file>')
    .action(file => start(async () => (await import('./backup.ts')).restoreCommand(file)));
  for (const [name, what] of laterCommands) {
    program
      .command(name)
      .description(`${what} (comes with a later version)`)
      .allowUnknownOption()
      .argument('[rest...]')
      .action(() => start(async () => () => Promise.reject(new LaterError(name))));
  }
}

const laterCommands = [
  ['worker', 'a further sync worker on the same PostgreSQL store'],
  ['check', 'scheduling clashes'],
  ['token', 'API tokens'],
] as const;

/** The command is part of the contract and not of this version. */
class LaterError extends Error {
  override readonly name = 'LaterError';
  constructor(command: string) {
    super(`\`callboard ${command}\` comes with a later version; nothing was done`);
  }
}
