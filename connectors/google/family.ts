/** Reading a series whole: its occurrences that differ are events of their own. */
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { GoogleClient } from './client.ts';
import { type Family, isCancelled, isSeries } from './details.ts';
import type { GoogleEvent } from './wire.ts';

/** The event of this id with what differs from it; null: it is not there, or cancelled. */
export async function readFamily(client: GoogleClient, id: string): Promise<Family | null> {
  const master = await getOrNull(client, id);
  if (master === null || isCancelled(master)) return null;
  return isSeries(master) ? readExceptions(client, master, []) : { master, exceptions: [] };
}

/**
 * @param seen what was heard of it just now; the listing may be a moment behind
 */
export async function readExceptions(
  client: GoogleClient,
  master: GoogleEvent,
  seen: readonly GoogleEvent[],
): Promise<Family> {
  const listed = master.iCalUID === null ? [] : await client.family(master.iCalUID);
  const exceptions = new Map(seen.map(event => [event.id, event]));
  for (const event of listed) if (event.recurringEventId === master.id) exceptions.set(event.id, event);
  return { master: listed.find(({ id }) => id === master.id) ?? master, exceptions: [...exceptions.values()] };
}

async function getOrNull(client: GoogleClient, id: string): Promise<GoogleEvent | null> {
  try {
    return await client.get(id);
  } catch (error) {
    if (error instanceof RemoteError && error.kind === 'gone') return null;
    throw error;
  }
}
