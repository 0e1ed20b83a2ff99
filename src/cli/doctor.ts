/** `callboard doctor`: tries every part of the set-up, and says the mend for each fault. */
import PQueue from 'p-queue';
import type { App } from '../app.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { stampWords } from '../mail/words.ts';
import type { RemoteError, RemoteKind } from '../sync/remote-error.ts';
import type { Command, CommandContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { probe } from './probe.ts';
import { counted } from './terminal.ts';

type Check = Readonly<{ what: string; ok: boolean; found: string; mend: string | null }>;

const fine = (what: string, found: string): Check => ({ what, ok: true, found, mend: null });
const fault = (what: string, found: string, mend: string): Check => ({ what, ok: false, found, mend });

export function doctorCommand(): Command {
  return async context => {
    const checks = await examine(context);
    const ok = checks.every(check => check.ok);
    context.terminal.result({ ok, checks }, () => checks.map(line).join('\n'));
    return ok ? 0 : 1;
  };
}

function line({ what, ok, found, mend }: Check): string {
  const indented = found.replaceAll('\n', '\n       ');
  return `${ok ? 'ok   ' : 'FAULT'}  ${what}: ${indented}${mend === null ? '' : `\n       mend: ${mend}`}`;
}

async function examine(context: CommandContext): Promise<readonly Check[]> {
  let config: Config;
  try {
    config = await context.config();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [fault('configuration', error.message, 'mend these lines; config/example.yaml shows every key')];
  }
  const { productions, calendars } = config;
  const listed = `${counted(productions.length, 'production')}, ${counted(calendars.length, 'calendar')} listed`;
  let app: App;
  try {
    app = await context.app();
  } catch (error) {
    const mend = 'look at `store` in the configuration: a folder that can be written, or a PostgreSQL that answers';
    return [fine('configuration', listed), fault('store', reasonOf(error), mend)];
  }
  await using callboard = app;
  return [
    fine('configuration', listed),
    fine('store', callboard.store.dialect),
    await checkClock(callboard),
    checkZone(config),
    checkKey(callboard),
    await checkMail(callboard),
    checkPublicUrl(config),
    ...(await checkCalendars(callboard, context.signal)),
  ];
}

/** Throws on what is a defect of ours. */
function reasonOf(error: unknown): string {
  const reason = describeError(error);
  if (reason === null) throw error;
  return reason;
}

/** What the store has seen last cannot lie in the future. */
async function checkClock({ store, runtime, config }: App): Promise<Check> {
  const rows = await store.read(r => r.calendars.all());
  const last = Math.max(0, ...rows.map(row => row.lastSyncAt ?? 0));
  const ahead = Math.round((last - runtime.now()) / 1000);
  const zone = config.productions[0]?.timezone;
  if (ahead <= 60) return fine('clock', zone ? `${stampWords(runtime.now(), zone)}, ${zone}` : 'set');
  return fault('clock', `it is ${ahead} s behind the last sync on record`, 'set the clock of this machine (NTP)');
}

/** Clock changes come from the time zone data of this Node; 28 March 2027 is one. */
function checkZone({ productions }: Config): Check {
  const zones = [...new Set(productions.map(production => production.timezone))].join(', ');
  return fine('time zones', `${zones}; zone data ${process.versions.tz ?? 'of the system'}`);
}

function checkKey({ secretBox }: App): Check {
  if (secretBox !== null) return fine('secretsKey', 'set');
  return fine('secretsKey', 'not set: passwords can stand in the configuration, none can be stored');
}

async function checkMail({ config, openTransport }: App): Promise<Check> {
  const kind = config.mail.transport.split(':')[0] ?? '';
  try {
    await using transport = openTransport();
    await transport.check();
    return fine('mail', `${kind}: ready`);
  } catch (error) {
    const mend =
      kind === 'file'
        ? 'look at `mail.transport`: a folder that can be written'
        : 'look at `mail.transport`: host, port, user and password';
    return fault('mail', reasonOf(error), mend);
  }
}

function checkPublicUrl({ server: { publicUrl } }: Config): Check {
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(publicUrl).hostname);
  const remark = local ? ' (this machine only: providers cannot send notices, callboard polls)' : '';
  return fine('publicUrl', `${publicUrl}${remark}`);
}

async function checkCalendars(app: App, signal: AbortSignal): Promise<readonly Check[]> {
  const rows = await app.store.read(r => r.calendars.all());
  const queue = new PQueue({ concurrency: 4 });
  return await queue.addAll(
    rows.map(({ link, state, problem }) => async () => {
      const what = `calendar ${link.id}`;
      const found = await probe(app, link, () => app.sync.secret(link.account), signal);
      if (found !== null) return fault(what, found.message, mendFor(found));
      if (state !== 'halted') return fine(what, 'answers');
      return fault(what, problem ?? 'halted', `look at it, then \`callboard calendars release ${link.id}\``);
    }),
  );
}

const otherwise = 'check that this machine can reach the server; it is tried again by itself';
const mends: Readonly<Partial<Record<RemoteKind, string>>> = {
  reconnect: 'give the right user name and password (for iCloud: an app-specific one)',
  gone: 'check the address of the calendar; `callboard calendars add` with the server’s address shows what it has',
  forbidden: 'ask the owner of the calendar for the right to it',
  protocol: 'check the address: what answers there is no calendar',
  unsupported: 'check the address: what answers there is no calendar',
  rejected: 'check the address of the calendar',
  throttled: 'wait; it is tried again by itself',
};

function mendFor({ kind }: RemoteError): string {
  return mends[kind] ?? otherwise;
}
