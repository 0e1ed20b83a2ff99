/** The rules of time zones change with an update of the machine: what was worked out by the old ones is looked at again. */
import type { Store } from '../store/store.ts';

const key = 'zone-rules';

/**
 * To be called before work begins, with the version of the zone rules in use (e.g. `2026b`). Where it is another one
 * than the last time, every calendar is read whole and planned anew. Wall times are the truth and stay as they are, in
 * the schedule and in copies; but somebody's busy time may have been given in UTC, or be known to us as instants.
 * Returns whether the rules had changed.
 */
export async function recheckZones(store: Store, version: string): Promise<boolean> {
  return await store.write(async r => {
    const known = await r.meta.get(key);
    if (known === version) return false;
    await r.meta.put(key, version);
    if (known === null) return false;
    const rows = await r.calendars.all();
    for (const { link, snapshotId } of rows) {
      for (const { observed, seenAt } of await r.copies.sights(link.id)) {
        const isForeign = observed.kind === 'present' && observed.uid === null && observed.marker === null;
        // Without its tag it counts as changed, so it is fetched and not only listed.
        if (isForeign) await r.copies.putSights(link.id, [{ ...observed, tag: null }], [], snapshotId, seenAt);
      }
      await r.calendars.patch(link.id, { cursor: null, plannedFrom: null });
    }
    await r.calendars.wake(rows.map(row => row.link.id));
    return true;
  });
}
