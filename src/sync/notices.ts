/** Where notices of providers arrive: each is checked, and many become one look at the calendar. */
import { timingSafeEqual } from 'node:crypto';
import type { Watching } from '../model/calendar.ts';
import type { CalendarId } from '../model/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Repositories, Store } from '../store/store.ts';
import type { Notice } from './connector.ts';
import { hashOfToken } from './watch.ts';

/** A look waits until notices have been silent for this long … */
const silenceMs = 3_000;
/** … but no longer than this after the first. */
const mostMs = 60_000;

export interface NoticeDesk {
  /** Returns how many were genuine. A notice of an unknown, ended or foreign subscription is not acted upon. */
  receive(notices: readonly Notice[]): Promise<number>;
  stop(): void;
}

export function noticeDesk(
  parts: Readonly<{ store: Store; runtime: Pick<Runtime, 'now' | 'sleep' | 'log'>; wake(): void }>,
): NoticeDesk {
  const { store, runtime } = parts;
  const stopping = new AbortController();
  const waiting = new Map<CalendarId, { readonly since: number; last: number }>();

  /** One for each calendar at a time: sleeps until it is silent, then has it looked at. */
  const settle = async (id: CalendarId, burst: { readonly since: number; last: number }) => {
    for (let due = dueOf(burst); runtime.now() < due && !stopping.signal.aborted; due = dueOf(burst)) {
      await runtime.sleep(due - runtime.now(), stopping.signal);
    }
    waiting.delete(id);
    if (stopping.signal.aborted) return;
    await store.write(r => r.calendars.wake([id]));
    parts.wake();
  };

  const note = (id: CalendarId) => {
    const now = runtime.now();
    const burst = waiting.get(id);
    if (burst) burst.last = now;
    else {
      const fresh = { since: now, last: now };
      waiting.set(id, fresh);
      settle(id, fresh).catch((err: unknown) => runtime.log.error({ calendar: id, err }, 'a notice was lost'));
    }
  };

  return {
    async receive(notices) {
      let genuine = 0;
      for (const notice of notices) {
        const watching = await store.read(r => genuineOf(r, notice, runtime.now()));
        if (watching === null) continue;
        genuine += 1;
        if (notice.what !== 'changed' || !waiting.has(watching.calendar))
          await store.write(r => take(r, notice, watching, runtime.now()));
        if (notice.what !== 'hello') note(watching.calendar);
      }
      return genuine;
    },
    stop: () => stopping.abort(),
  };
}

const dueOf = ({ since, last }: Readonly<{ since: number; last: number }>) =>
  Math.min(last + silenceMs, since + mostMs);

/** By its name; or, where the provider chooses the name and its answer never came, by the secret alone. */
async function genuineOf(r: Repositories, { subscription, token }: Notice, now: number): Promise<Watching | null> {
  if (token === null) return null;
  const hash = hashOfToken(token);
  const named = await r.watches.get(subscription);
  const watching = named ?? (await r.watches.all()).find(one => one.state === 'asked' && isSame(one.tokenHash, hash));
  if (!watching || watching.expiresAt <= now || watching.state === 'ending') return null;
  return isSame(watching.tokenHash, hash) ? watching : null;
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function take(r: Repositories, { what }: Notice, watching: Watching, now: number): Promise<void> {
  const current = await r.watches.get(watching.id);
  if (current === null) return;
  if (what === 'removed') return await r.watches.remove(watching.id);
  const heard = { ...current, noticedAt: now, missed: 0, problem: null };
  await r.watches.put(what === 'renew' && heard.state === 'live' ? { ...heard, state: 'ageing' } : heard);
}
