/** `callboard doctor`: tries every part of the set-up, and says the mend for each fault. */
import type { App } from '../app.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { stampWords } from '../mail/words.ts';
import type { Command, CommandContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { checkCalendars } from './doctor/calendars.ts';
import { type Check, checkLine, fault, fine } from './doctor/check.ts';
import { checkInbox } from './doctor/inbox.ts';
import { checkNotices, checkPublicUrl } from './doctor/notices.ts';
import { checkCredentials, checkKey, checkMail, checkProviders } from './doctor/setup.ts';
import { counted } from './terminal.ts';

export function doctorCommand(): Command {
  return async context => {
    const checks = await examine(context);
    const ok = checks.every(check => check.ok);
    context.terminal.result({ ok, checks }, () => checks.map(checkLine).join('\n'));
    return ok ? 0 : 1;
  };
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
  const read = fine('configuration', listed);
  const credentials = await checkCredentials(config);
  if (credentials !== null) return [read, credentials];
  let app: App;
  try {
    app = await context.app();
  } catch (error) {
    const mend = 'look at `store` in the configuration: a folder that can be written, or a PostgreSQL that answers';
    return [read, fault('store', reasonOf(error), mend)];
  }
  await using callboard = app;
  return [
    read,
    fine('store', callboard.store.dialect),
    await checkClock(callboard),
    checkZone(config),
    checkKey(callboard),
    await checkMail(callboard),
    ...[await checkInbox(callboard)].filter(check => check !== null),
    checkPublicUrl(callboard),
    ...(await checkNotices(callboard)),
    ...(await checkProviders(callboard)),
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
