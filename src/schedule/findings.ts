/**
 * Opening and closing findings by their stable keys: one problem is one open card. A card that is over and holds what
 * somebody typed is set aside, never written over: its values can still be read and brought back.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Met } from '../model/copy.ts';
import type { Finding } from '../model/finding.ts';
import type { FindingId, Instant, ProductionId } from '../model/ids.ts';
import type { Repositories } from '../store/store.ts';

export type FindingFacts = Readonly<
  Pick<Finding, 'production' | 'key' | 'kind' | 'calendar' | 'person' | 'event' | 'title' | 'met' | 'suggestions'>
>;

/** The chance a finding needs: when it is, and an id should it be new. */
export type Stamp = Readonly<{ now(): Instant; id(): string }>;

/** Opens the finding, or changes the open one. Returns whether it is news: a first opening, or changed facts. */
export async function openFinding(r: Repositories, stamp: Stamp, facts: FindingFacts): Promise<boolean> {
  const known = await r.findings.byKey(facts.production, facts.key);
  const same = known !== null && known.title === facts.title && isDeepStrictEqual(plain(known.met), plain(facts.met));
  if (same && known.state === 'open') return false;
  const now = stamp.now();
  const over = known !== null && known.state !== 'open' && known.met.length > 0;
  if (over) await r.findings.put({ ...known, key: `${known.key}/${known.id}` });
  await r.findings.put({
    ...facts,
    id: known === null || over ? (stamp.id() as FindingId) : known.id,
    state: 'open',
    openedAt: known?.state === 'open' ? known.openedAt : now,
    changedAt: now,
    decided: null,
  });
  return true;
}

/** The problem is no more; what was decided stays on record. */
export async function closeFinding(
  r: Repositories,
  stamp: Pick<Stamp, 'now'>,
  production: ProductionId,
  key: string,
): Promise<void> {
  const known = await r.findings.byKey(production, key);
  if (known?.state === 'open') await r.findings.put({ ...known, state: 'closed', changedAt: stamp.now() });
}

/** A later edit of the same field stands below the earlier one, whose value was written over; the first base stays. */
export function mergeMet(known: readonly Met[], met: readonly Met[]): Met[] {
  const sameSpot = (a: Met, b: Met) => a.field === b.field && a.occurrence === b.occurrence;
  const kept = known.filter(old => !met.some(now => sameSpot(old, now) && isDeepStrictEqual(old.theirs, now.theirs)));
  const updated = met.map(now => ({ ...now, base: known.find(old => sameSpot(old, now))?.base ?? now.base }));
  return [...kept, ...updated];
}

/** As the store gives it back, so that a value is not news because it lost its `undefined`s. */
function plain(met: readonly Met[]): unknown {
  return JSON.parse(JSON.stringify(met));
}
