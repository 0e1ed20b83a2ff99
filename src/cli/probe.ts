/** Whether a calendar can be read: its first page, and nothing of it is stored. */
import type { App } from '../app.ts';
import type { CalendarLink } from '../model/calendar.ts';
import { countedDoor } from '../sync/door.ts';
import { windowAt } from '../sync/project.ts';
import { RemoteError } from '../sync/remote-error.ts';

/** What is wrong, or null. `secret` asks for what to sign in with; it may throw a RemoteError as well. */
export async function probe(
  { sync, runtime, store }: App,
  link: CalendarLink,
  secret: () => Promise<string | null>,
  signal: AbortSignal,
): Promise<RemoteError | null> {
  const { now, log } = runtime;
  const { zone } = await store.read(r => r.schedule.snapshot(link.production));
  try {
    const keepSecret = (changed: string) => sync.keepSecret(link.account, changed);
    const { door } = countedDoor({ fetch: sync.fetch, secret: await secret(), keepSecret, now, zone, log, signal });
    await using session = await sync.connector(link.provider).open(link, door);
    const window = windowAt(now(), sync.settings.pastDays, sync.settings.futureDays);
    for await (const _page of session.observe(null, window, async () => new Map())) return null;
    return new RemoteError('protocol', 'the calendar answered without a listing');
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
}
