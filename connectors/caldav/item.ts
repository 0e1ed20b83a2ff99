/** A member of the collection as the engine sees it. Pure. */
import type { Observed, Present } from '../../src/model/copy.ts';
import type { RemoteId } from '../../src/model/ids.ts';
import type { ZoneName } from '../../src/model/when.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { readCalendar } from '../../src/ical/read.ts';
import type { Resource } from './collection.ts';

/** Which item of this reading has which UID. */
export type Uids = Map<string, RemoteId>;

/**
 * Reads a resource. One that breaks the rules of RFC 4791 section 4.1 (one UID a resource, each UID once) is
 * `unreadable`, and so is broken text; a resource that holds no event (a to-do) is no item at all: `gone`.
 */
export function observedOf(resource: Resource, zone: ZoneName, uids: Uids): Observed {
  const { id: remoteId, tag, text, refused } = resource;
  if (text === null) return { kind: 'gone', remoteId };
  const unreadable = (problem: string): Observed => ({ kind: 'unreadable', remoteId, tag, problem });
  if (refused !== undefined) return unreadable(`the server does not show it (status ${refused})`);
  let calendar: ReturnType<typeof readCalendar>;
  try {
    calendar = readCalendar(text, { zone });
  } catch (error) {
    if (error instanceof IcalError) return unreadable(error.message);
    throw error;
  }
  const [item, second] = calendar.items;
  if (second !== undefined) return unreadable('it holds more than one event');
  if (calendar.problems[0] !== undefined) return unreadable(calendar.problems[0].problem);
  if (item === undefined) return { kind: 'gone', remoteId };
  const holder = uids.get(item.uid);
  if (holder !== undefined && holder !== remoteId) return unreadable('its UID is that of another item in the calendar');
  uids.set(item.uid, remoteId);
  return presentOf(item, remoteId, tag, text);
}
