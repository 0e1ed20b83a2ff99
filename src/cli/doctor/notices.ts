/** Whether providers can tell us of changes, and do. Without it callboard finds them by looking. */
import type { App } from '../../app.ts';
import { isLoopback } from '../../config/values.ts';
import type { CalendarRow, Watching } from '../../model/calendar.ts';
import { noticesOf } from '../notices.ts';
import { counted } from '../terminal.ts';
import { type Check, fine, warning } from './check.ts';

export function checkPublicUrl({ config, sync }: App): Check {
  const { publicUrl } = config.server;
  const local = isLoopback(new URL(publicUrl).hostname);
  const isSetUp = config.connectors.google !== null || config.connectors.microsoft !== null;
  const deaf = (['google', 'microsoft'] as const).some(
    provider => config.connectors[provider] !== null && sync.webhook(provider) === null,
  );
  if (isSetUp && deaf) {
    const seconds = config.sync.intervalMs / 1000;
    return warning(
      'publicUrl',
      `${publicUrl}: no provider sends notices there, so changes are found by looking every ${seconds} s; and people elsewhere cannot open an address to link their calendar`,
      'set server.publicUrl to an https address, with a public certificate, that leads to this daemon',
    );
  }
  return fine('publicUrl', `${publicUrl}${local ? ' (this machine only)' : ''}`);
}

/** One check for each provider and trouble, however many calendars have it. */
export async function checkNotices({ store, sync, runtime, config }: App): Promise<readonly Check[]> {
  const [rows, watches] = await store.read(async r => [await r.calendars.all(), await r.watches.all()] as const);
  const told = Map.groupBy(watches, one => one.calendar);
  return (['google', 'microsoft'] as const).flatMap(provider => {
    const own = rows.filter(({ link }) => link.provider === provider && link.mode !== 'publish');
    if (own.length === 0 || sync.webhook(provider) === null) return [];
    return noticesFrom(provider, own, told, runtime.now(), `${config.server.publicUrl}/api/v1/webhooks/${provider}`);
  });
}

function noticesFrom(
  provider: string,
  rows: readonly CalendarRow[],
  told: ReadonlyMap<string, readonly Watching[]>,
  now: number,
  webhook: string,
): readonly Check[] {
  const all = rows.map(({ link }) => noticesOf(told.get(link.id) ?? [], now));
  const live = all.filter(({ notices }) => notices === 'live').length;
  const what = `notices from ${provider}`;
  const troubles = Map.groupBy(
    all.filter(one => one.noticesProblem !== null),
    one => String(one.noticesProblem),
  );
  if (troubles.size === 0) return [fine(what, `come for ${live} of ${counted(rows.length, 'calendar')}`)];
  const mend = `from a machine outside, \`curl -i -X POST ${webhook}\` must answer 400 “not a notice”; meanwhile changes are found by looking`;
  return [...troubles].map(([problem, met]) => warning(what, `${counted(met.length, 'calendar')}: ${problem}`, mend));
}
