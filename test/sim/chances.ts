/** How likely each fault is in one seed: a swarm, so that some seeds know one fault only and others all of them. */
import { type Prng, swarm } from './prng.ts';

export type Fate =
  | 'ok'
  | 'throttled'
  | 'down'
  | 'lost-before'
  | 'lost-after'
  | 'late'
  | 'stale'
  | 'rejected'
  | 'expired'
  | 'reconnect'
  | 'gone';
export type StoreFate = 'ok' | 'busy' | 'full' | 'silent';
export type MailFate = 'ok' | 'temporary' | 'unreachable' | 'sign-in' | 'lost-before' | 'lost-after';

export type Chances = Readonly<{
  read: Readonly<Record<Fate, number>>;
  write: Readonly<Record<Fate, number>>;
  store: Readonly<Record<StoreFate, number>>;
  mail: Readonly<Record<MailFate, number>>;
  /** A store call is held up, so that a kill or a pause can fall there. */
  gate: number;
  /** A human edits the item between our write and its reply. */
  gapEdit: number;
  /** A human types what we are about to write. */
  sameEdit: number;
  /** At a named place of the code. */
  killAtBias: number;
  /** Per tick. */
  kill: number;
  pause: number;
  clock: number;
  expire: number;
  wipe: number;
  wake: number;
  schedule: number;
  calendar: number;
  decide: number;
  drift: number;
  /** A list of changes is not yet told of the newest. */
  lag: number;
}>;

export function drawChances(random: Prng): Chances {
  const some = (usual: number) => swarm(random, usual);
  const none = { stale: 0, rejected: 0, late: 0, 'lost-after': 0, expired: 0, reconnect: 0, gone: 0 };
  return {
    read: {
      ...none,
      ok: 1,
      throttled: some(0.03),
      down: some(0.04),
      'lost-before': some(0.03),
      expired: some(0.04),
      reconnect: some(0.006),
      gone: some(0.006),
    },
    write: {
      ...none,
      ok: 1,
      throttled: some(0.06),
      down: some(0.05),
      'lost-before': some(0.06),
      'lost-after': some(0.12),
      late: some(0.1),
      stale: some(0.05),
      rejected: some(0.01),
      reconnect: some(0.006),
    },
    store: { ok: 1, busy: some(0.004), full: some(0.004), silent: some(0.004) },
    mail: {
      ok: 1,
      temporary: some(0.1),
      unreachable: some(0.05),
      'sign-in': some(0.02),
      'lost-before': some(0.1),
      'lost-after': some(0.15),
    },
    gate: some(0.02),
    gapEdit: some(0.08),
    sameEdit: some(0.04),
    killAtBias: some(0.02),
    kill: some(0.008),
    pause: some(0.012),
    clock: some(0.006),
    expire: some(0.008),
    wipe: random.chance(0.06) ? 0.004 : 0,
    wake: some(0.02),
    // Now and then an office that cannot make up its mind: copies are then written too often.
    schedule: random.chance(0.06) ? 0.45 : 0.08 + random.next() * 0.08,
    calendar: 0.08 + random.next() * 0.1,
    decide: some(0.03),
    drift: some(0.02),
    lag: some(0.08),
  };
}
