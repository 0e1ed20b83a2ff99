/** Whether changes of a calendar are told to us, or found by looking. Pure. */
import type { Watching } from '../model/calendar.ts';
import type { Instant } from '../model/ids.ts';

/** `live`: the provider tells us; `polling`: changes are found by looking every `sync.interval`. */
export type Notices = Readonly<{ notices: 'live' | 'polling'; noticesProblem: string | null }>;

/** @param watches those of one calendar */
export function noticesOf(watches: readonly Watching[], now: Instant): Notices {
  const isLive = watches.some(
    ({ state, expiresAt, problem }) => (state === 'live' || state === 'ageing') && expiresAt > now && problem === null,
  );
  if (isLive) return { notices: 'live', noticesProblem: null };
  return { notices: 'polling', noticesProblem: watches.find(one => one.problem !== null)?.problem ?? null };
}
