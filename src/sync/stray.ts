/** Items that carry our mark but are not where a copy says its item is. Pure. */
import type { Copy, Present } from '../model/copy.ts';
import { copyKey } from '../model/identity.ts';
import type { CalendarId, CopyKey, EventId, ProductionId, RemoteId } from '../model/ids.ts';

export type Claim = Readonly<{ event: EventId; generation: number }>;

/**
 * `adopt`: it is that event's item (its own is gone, was never seen, or got another id). `remove`: left over from an
 * earlier generation or a removed copy. `unmark`: a person duplicated our item and their program took the mark along;
 * it is theirs now and is never deleted. `leave`: the mark is not of this calendar.
 */
export type Stray =
  | Readonly<{ item: Present; do: 'adopt'; claim: Claim }>
  | Readonly<{ item: Present; do: 'remove' | 'unmark' | 'leave' }>;

/** Every key that an event may have had in this calendar, so that a mark can be read without any copy on record. */
export function keysOf(
  production: ProductionId,
  calendar: CalendarId,
  events: Iterable<EventId>,
  copies: ReadonlyMap<EventId, Copy>,
): ReadonlyMap<CopyKey, Claim> {
  const keys = new Map<CopyKey, Claim>();
  for (const event of new Set([...events, ...copies.keys()])) {
    const generations = Math.max(2, (copies.get(event)?.generation ?? 0) + 1);
    for (let generation = 0; generation < generations; generation += 1) {
      keys.set(copyKey(production, event, calendar, generation), { event, generation });
    }
  }
  return keys;
}

/**
 * @param marked the marked items that no copy names as its own
 * @param living remote ids that are there at this moment
 * @param isSecond whether this item is one that we made, as we made it, and `own` is not: a create that came late, beside
 * a duplicate made by hand that had taken its place
 */
export function judgeStrays(
  marked: readonly Present[],
  keys: ReadonlyMap<CopyKey, Claim>,
  copies: ReadonlyMap<EventId, Copy>,
  living: ReadonlySet<RemoteId>,
  isSecond: (item: Present, own: RemoteId) => boolean = () => false,
): Stray[] {
  const taken = new Set<EventId>();
  return marked.map(item => {
    const claim = item.marker && keys.get(item.marker.key);
    if (!claim) return { item, do: 'leave' };
    const copy = copies.get(claim.event);
    if (!copy) {
      if (taken.has(claim.event)) return { item, do: 'unmark' };
      taken.add(claim.event);
      return { item, do: 'adopt', claim };
    }
    if (claim.generation < copy.generation || copy.state === 'removed') return { item, do: 'remove' };
    const own = copy.remoteId;
    if (own !== null && living.has(own) && isSecond(item, own)) return { item, do: 'remove' };
    if ((own !== null && own !== item.remoteId && living.has(own)) || taken.has(claim.event))
      return { item, do: 'unmark' };
    taken.add(claim.event);
    return { item, do: 'adopt', claim };
  });
}
