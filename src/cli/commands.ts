/** What the command line offers: contract.md section 3 as a table. Each command's file is loaded when it is called. */
import { providers } from '../model/calendar.ts';
import type { Command } from './context.ts';
import { CommandError } from './terminal.ts';

export type OptionEntry = Readonly<{
  /** `--by <name>`: takes a value; `--all`: is there or not. */
  flags: string;
  about: string;
  required?: true;
  choices?: readonly string[];
  fallback?: string;
}>;

export type CommandEntry = Readonly<{
  /** Words and arguments: `calendars remove <id>`. */
  usage: string;
  about: string;
  options?: readonly OptionEntry[];
  /** It runs until it is stopped, and its log is read by an operator. */
  isDaemon?: true;
  /** Takes whatever is said to it. */
  isLenient?: true;
  /** @param options those of the command and those it shares with all others, by their camel-case names */
  make(options: <T extends object>() => T, ...args: string[]): Promise<Command>;
}>;

export const groups: Readonly<Record<string, string>> = {
  conflicts: 'edits that met, and what is done about them',
  calendars: 'linked calendars and how they fare',
  mail: 'the outbox',
};

const schedule: readonly CommandEntry[] = [
  {
    usage: 'import <path...>',
    about: 'take sheets, a workbook or an iCalendar into the schedule',
    options: [
      { flags: '--dry-run', about: 'say what would happen, store nothing' },
      { flags: '--prune', about: 'take away what stands in no row any more' },
      { flags: '--by <name>', about: 'who imports; stands in the history', fallback: 'import' },
    ],
    make: async (options, ...paths) => (await import('./import.ts')).importCommand(paths, options()),
  },
  {
    usage: 'export',
    about: 'the schedule, or one person’s, at that person’s privacy tier',
    options: [
      { flags: '--format <format>', about: 'of the file', choices: ['ics', 'csv', 'json', 'xlsx'], required: true },
      { flags: '--person <id>', about: 'only this person’s, as they may see it' },
      { flags: '--out <path>', about: 'a file (csv: a folder); default: standard output' },
    ],
    make: async options => (await import('./export.ts')).exportCommand(options()),
  },
  {
    usage: 'conflicts list',
    about: 'open findings',
    options: [{ flags: '--all', about: 'decided and closed ones too' }],
    make: async options => (await import('./conflicts.ts')).listConflicts(options()),
  },
  {
    usage: 'conflicts resolve <id>',
    about: 'decide a finding',
    options: [
      {
        flags: '--take <choice>',
        about: 'canonical (the schedule stands), theirs (what the person did stands) or suggestion:N',
        required: true,
      },
      { flags: '--by <name>', about: 'who decides; stands in the history', required: true },
    ],
    make: async (options, id) => (await import('./conflicts.ts')).resolveConflict(id, options()),
  },
];

const sync: readonly CommandEntry[] = [
  {
    usage: 'sync',
    about: 'one full reconciliation to quiescence',
    options: [
      { flags: '--once', about: 'run once and end' },
      { flags: '--calendar <id>', about: 'only this calendar' },
    ],
    make: async options => (await import('./sync.ts')).syncCommand(options()),
  },
  {
    usage: 'calendars list',
    about: 'links, their state, whether notices of changes come, last sync, last error',
    make: async () => (await import('./calendars.ts')).listCalendars(),
  },
  {
    usage: 'calendars add',
    about:
      'link a calendar, or give a linked one another password, mode or carrier. Of google and microsoft: links a ' +
      'mailbox that callboard may open by itself, else prints an address to give to its owner',
    options: [
      { flags: '--person <id>', about: 'whose it is', required: true },
      { flags: '--provider <provider>', about: 'its kind', choices: providers, required: true },
      { flags: '--url <address>', about: 'caldav, ics: of the calendar or feed; of a server: lists what is there' },
      { flags: '--user <name>', about: 'caldav: to sign in with; google, microsoft: the address of the mailbox' },
      {
        flags: '--device-code',
        about: 'microsoft, without a browser here: prints a code for its owner to type elsewhere, and waits for it',
      },
      { flags: '--calendar <id>', about: 'google, microsoft: which of their calendars (default: the main one)' },
      { flags: '--password-file <file>', about: 'caldav: holds the password; - reads standard input' },
      {
        flags: '--mode <mode>',
        about: 'what is done there (default: two-way, of a feed busy)',
        choices: ['two-way', 'publish', 'busy'],
      },
      {
        flags: '--carrier <carrier>',
        about: 'how events reach the person',
        choices: ['copy', 'invite'],
        fallback: 'copy',
      },
    ],
    make: async options => {
      const { readSecretFile } = await import('./secret-file.ts');
      return (await import('./add-calendar.ts')).addCalendar(options(), readSecretFile);
    },
  },
  {
    usage: 'calendars remove <id>',
    about: 'unlink a calendar that was added; what stands in it stays there',
    make: async (_options, id) => (await import('./calendars.ts')).removeCalendar(id),
  },
  {
    usage: 'calendars test <id>',
    about: 'try whether a calendar answers; nothing in it is changed',
    make: async (_options, id) => (await import('./calendars.ts')).testCalendar(id),
  },
  {
    usage: 'calendars release [id]',
    about: 'let a halted calendar, or held changes, go on',
    options: [{ flags: '--all', about: 'every calendar with a brake on' }],
    make: async (options, id?: string) => (await import('./calendars.ts')).releaseCalendar(id, options()),
  },
];

const mail: readonly CommandEntry[] = [
  {
    usage: 'mail list',
    about: 'messages and their state',
    options: [{ flags: '--all', about: 'dropped ones too' }],
    make: async options => (await import('./mail.ts')).listMail(options()),
  },
  {
    usage: 'mail preview',
    about: 'what each reader of an event would get',
    options: [
      { flags: '--event <id>', about: 'the event', required: true },
      { flags: '--person <id>', about: 'only mail to or about this person' },
    ],
    make: async options => (await import('./mail.ts')).previewCommand(options()),
  },
  {
    usage: 'mail release [id...]',
    about: 'free messages that wait for a person',
    options: [{ flags: '--all', about: 'every one that waits for release' }],
    make: async (options, ...ids) => (await import('./mail.ts')).releaseMail(ids, options()),
  },
  {
    usage: 'mail flush',
    about: 'send what is due, ignoring the quiet period',
    make: async () => (await import('./mail.ts')).flushMail(),
  },
];

const running: readonly CommandEntry[] = [
  {
    usage: 'serve',
    about: 'the daemon: sync, mail, health and the office page',
    isDaemon: true,
    make: async () => (await import('./serve.ts')).serveCommand(),
  },
  {
    usage: 'demo',
    about: 'TIDEWRACK on sandbox calendars, and a tour',
    options: [
      { flags: '--port <port>', about: 'of the office page', fallback: '8080' },
      { flags: '--no-wait', about: 'end after the tour' },
    ],
    make: async options => (await import('./demo.ts')).demoCommand(options()),
  },
  {
    usage: 'status',
    about: 'health, counts, lag, per-calendar state',
    make: async () => (await import('./status.ts')).statusCommand(),
  },
  {
    usage: 'doctor',
    about: 'try every part of the set-up; says the mend for each fault',
    make: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  {
    usage: 'backup <file>',
    about: 'a consistent snapshot while running',
    make: async (_options, file) => (await import('./backup.ts')).backupCommand(file),
  },
  {
    usage: 'restore <file>',
    about: 'replace everything by a backup',
    make: async (_options, file) => (await import('./backup.ts')).restoreCommand(file),
  },
];

/** Part of the contract and not of this version: they say so, whatever is asked of them. */
const later = [
  ['worker', 'a further sync worker on the same PostgreSQL store'],
  ['check', 'scheduling clashes'],
  ['token', 'API tokens'],
].map(
  ([name, about]): CommandEntry => ({
    usage: `${name} [rest...]`,
    about: `${about} (comes with a later version)`,
    isLenient: true,
    make: async () => {
      throw new CommandError(`\`callboard ${name}\` comes with a later version; nothing was done`);
    },
  }),
);

export const commands: readonly CommandEntry[] = [...schedule, ...sync, ...mail, ...running, ...later];
