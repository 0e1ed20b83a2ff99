/**
 * Keeps a provider's notices coming for one calendar: asks for a subscription, renews it in good time, ends what it
 * replaces, and says so when notices stay away. Polling goes on whatever happens here.
 */
import { createHash } from 'node:crypto';
import type { Watching } from '../model/calendar.ts';
import type { Instant } from '../model/ids.ts';
import { RemoteError } from './remote-error.ts';
import type { Run } from './run.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Asked for; providers grant less (Graph: under 3 days for events, Google: a week at most). */
const wantedMs = 7 * dayMs;
/** What was refused is asked for again after this long: a set-up may have been mended. */
const refusedMs = 60 * 60 * 1000;
/** Without an answer for this long, the request never will have one. */
const unansweredMs = 10 * 60 * 1000;
/** Polls in a row that found what no notice had told of, until the webhook is thought dead. */
const missedMost = 3;

export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Renewed when a quarter of its life is left, so that a night's outage ends no subscription unseen. */
function isFresh({ state, askedAt, expiresAt, missed }: Watching, now: Instant): boolean {
  return state === 'live' && missed < missedMost && now < expiresAt - (expiresAt - askedAt) / 4;
}

/** Before the calendar is read, so that nothing can change between the reading and the first notice. */
export async function keepWatch(run: Run): Promise<void> {
  const { parts, session, row } = run;
  const url = parts.webhook(row.link.provider);
  if (url === null || !session.can.push || !session.watch || row.link.mode === 'publish') return;
  const now = parts.runtime.now();
  const known = await parts.store.read(r => r.watches.of(row.link.id));
  const rests = known.some(({ state, askedAt }) => state === 'refused' && now < askedAt + refusedMs);
  const fresh = known.find(one => isFresh(one, now)) ?? (rests ? null : await ask(run, url, now));
  for (const one of known) {
    const isWaiting = one.state === 'asked' && now < one.askedAt + unansweredMs;
    if (one === fresh || isWaiting || (one.state === 'refused' && rests)) continue;
    // Without a new one the old one is better than none, as long as it lives.
    const isGood = (one.state === 'live' && one.missed < missedMost) || one.state === 'ageing';
    if (fresh === null && isGood && now < one.expiresAt) continue;
    await end(run, one, now);
  }
}

async function ask(run: Run, url: string, now: Instant): Promise<Watching | null> {
  const { store, runtime } = run.parts;
  const token = `${runtime.id()}${runtime.id()}`.replaceAll('-', '');
  const asked: Watching = {
    id: `callboard-${runtime.id()}`,
    calendar: run.row.link.id,
    state: 'asked',
    tokenHash: hashOfToken(token),
    resource: null,
    askedAt: now,
    expiresAt: now + wantedMs,
    noticedAt: null,
    missed: 0,
    problem: null,
  };
  await put(run, asked);
  try {
    const target = { url, id: asked.id, token, until: now + wantedMs };
    const granted = await run.session.watch?.(target);
    if (!granted) return null;
    const live = { ...asked, id: granted.id, resource: granted.resource, expiresAt: granted.expiresAt };
    await store.write(async r => {
      await r.calendars.requireLease(run.lease);
      const current = await r.watches.get(asked.id);
      await r.watches.remove(asked.id);
      await r.watches.put({ ...live, state: 'live', noticedAt: current?.noticedAt ?? null });
    });
    return { ...live, state: 'live' };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    runtime.log.warn({ calendar: run.row.link.id, kind: error.kind }, 'no notices of changes: polling only');
    await put(run, { ...asked, state: 'refused', problem: error.message });
    return null;
  }
}

async function end(run: Run, watching: Watching, now: Instant): Promise<void> {
  const { id, resource, expiresAt, state } = watching;
  try {
    if (state !== 'refused' && now < expiresAt) await run.session.unwatch?.({ id, resource, expiresAt });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    // Its own end comes with its time; until then every run tries.
    await put(run, { ...watching, state: 'ending' });
    return;
  }
  await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease);
    await r.watches.remove(id);
  });
}

async function put(run: Run, watching: Watching): Promise<void> {
  await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease);
    await r.watches.put(watching);
  });
}

/**
 * Counts polls that found changes of others without a notice since the run before.
 * @param news whether somebody else changed something that this run was the first to see
 */
export async function countMissed(run: Run, news: boolean): Promise<void> {
  const before = run.row.lastSyncAt;
  if (!news || before === null || !run.session.can.push || run.parts.webhook(run.row.link.provider) === null) return;
  await run.parts.store.write(async r => {
    for (const one of await r.watches.of(run.row.link.id)) {
      if (one.state !== 'live' || one.askedAt > before || (one.noticedAt ?? 0) > before) continue;
      const missed = one.missed + 1;
      const problem = missed < missedMost ? null : 'changes were found that no notice told of: the webhook looks dead';
      await r.watches.put({ ...one, missed, problem });
    }
  });
}
