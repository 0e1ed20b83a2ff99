/** `callboard doctor`: tries every part of the set-up, and says the mend for each fault. */
import PQueue from 'p-queue';
import type { App } from '../app.ts';
import { openTransport } from '../mail/transports/transport.ts';
import { probe } from './calendars.ts';
import type { Command, CommandContext } from './context.ts';

type Check = Readonly<{ what: string; ok: boolean; found: string; mend: string | null }>;

const fine = (what: string, found: string): Check => ({ what, ok: true, found, mend: null });
const fault = (what: string, found: string, mend: string): Check => ({ what, ok: false, found, mend });
const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

export function doctorCommand(): Command {
  return async context => {
    const checks = await examine(context);
    context.terminal.result({ ok: checks.every(check => check.ok), checks }, () => checks.map(line).join('\n'));
    return checks.every(check => check.ok) ? 0 : 1;
  };
}

function line({ what, ok, found, mend }: Check): string {
  return `${ok ? 'ok   ' : 'FAULT'}  ${what}: ${found}${mend === null ? '' : `\n       mend: ${mend}`}`;
}

async function examine(context: CommandContext): Promise<readonly Check[]> {
  const config = await context.config();
  const checks = [
    fine('configuration', `${config.productions.length} production(s), ${config.calendars.length} calendar(s) listed`),
  ];
  let app: App;
  try {
    app = await context.app();
  } catch (error) {
    const mend = 'check `store` in the configuration: the folder must be writable, or PostgreSQL reachable';
    return [...checks, fault('store', sentence(error), mend)];
  }
  await using callboard = app;
  checks.push(
    fine('store', callboard.store.dialect),
    await checkClock(callboard),
    checkZone(callboard),
    checkKey(callboard),
  );
  checks.push(await checkMail(callboard), checkPublicUrl(callboard));
  return [...checks, ...(await checkCalendars(callboard, context.signal))];
}

/** What the store has seen last cannot lie in the future. */
async function checkClock({ store, runtime }: App): Promise<Check> {
  const rows = await store.read(r => r.calendars.all());
  const last = Math.max(0, ...rows.map(row => row.lastSyncAt ?? 0));
  const ahead = Math.round((last - runtime.now()) / 1000);
  if (ahead <= 60) return fine('clock', new Date(runtime.now()).toISOString());
  return fault('clock', `it is ${ahead} s behind the last sync on record`, 'set the clock of this machine (NTP)');
}

/** Clock changes come from the time zone data of this Node; 28 March 2027 is one. */
function checkZone({ config }: App): Check {
  const zones = config.productions.map(production => production.timezone).join(', ');
  return fine('time zones', `${zones}; zone data ${process.versions.tz ?? 'of the system'}`);
}

function checkKey({ secretBox }: App): Check {
  if (secretBox !== null) return fine('secretsKey', 'set');
  return fine('secretsKey', 'not set: passwords can stand in the configuration, none can be stored');
}

async function checkMail({ config, runtime }: App): Promise<Check> {
  const kind = config.mail.transport.split(':')[0] ?? '';
  try {
    await using transport = openTransport(config.mail.transport, runtime);
    await transport.check();
    return fine('mail', `${kind}: ready`);
  } catch (error) {
    return fault('mail', sentence(error), 'check `mail.transport`: host, port, user and password');
  }
}

function checkPublicUrl({ config }: App): Check {
  const { publicUrl } = config.server;
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(publicUrl).hostname);
  return fine(
    'publicUrl',
    local ? `${publicUrl} (this machine only: providers cannot send notices, callboard polls)` : publicUrl,
  );
}

async function checkCalendars(app: App, signal: AbortSignal): Promise<readonly Check[]> {
  const rows = await app.store.read(r => r.calendars.all());
  const queue = new PQueue({ concurrency: 4 });
  return await queue.addAll(
    rows.map(row => async () => {
      const what = `calendar ${row.link.id}`;
      const problem = await probe(app, row, signal).catch(sentence);
      if (problem !== null) return fault(what, problem, mendFor(problem));
      if (row.state === 'halted')
        return fault(what, row.problem ?? 'halted', `look at it, then \`callboard calendars release ${row.link.id}\``);
      return fine(what, 'answers');
    }),
  );
}

function mendFor(problem: string): string {
  if (/password|sign|credential|401/i.test(problem))
    return 'give the right user name and password (for iCloud: an app-specific one)';
  if (/not there|404/i.test(problem))
    return 'check the address of the calendar; `callboard calendars add` shows what a server has';
  return 'check the address, and that this machine can reach the server';
}
