/** The event state machine: reference/production-domain.md section 3. Pure. */
import type { EventContent, EventState } from '../model/event.ts';
import type { Instant } from '../model/ids.ts';
import { rangeOf } from '../model/when.ts';

/** Beyond the sheet of states, an idea may be cancelled: nobody was told of it, so it just goes. */
const moves: Readonly<Record<EventState, readonly EventState[]>> = {
  idea: ['pencilled', 'confirmed', 'cancelled'],
  pencilled: ['confirmed', 'cancelled', 'idea'],
  confirmed: ['issued', 'changed', 'cancelled'],
  issued: ['changed', 'cancelled'],
  changed: ['issued', 'cancelled'],
  cancelled: [],
  done: [],
};

/** The states an event may move to; `done` is open to everything but a cancelled event once it has ended. */
export function movesOf(content: Pick<EventContent, 'status' | 'when'>, now: Instant): readonly EventState[] {
  const open = moves[content.status];
  const mayEnd = content.status !== 'cancelled' && content.status !== 'done' && rangeOf(content.when).to <= now;
  return mayEnd ? [...open, 'done'] : open;
}

/**
 * Whether an event may go from one content to another. Staying is always allowed; a cancelled event whose id is used
 * again is a new event (`nextEvent` gives it a new UID), so every state is open to it.
 */
export function mayMove(from: EventContent, to: EventContent, now: Instant): boolean {
  if (from.status === to.status || from.status === 'cancelled') return true;
  if (to.status === 'done') return movesOf({ ...from, when: to.when }, now).includes('done');
  return moves[from.status].includes(to.status);
}

const goneFurther: readonly EventState[] = ['issued', 'changed', 'done'];

/**
 * What a sheet's status means for an event that has gone further since: `confirmed` says that it goes ahead, which an
 * issued, changed or past event does; an empty cell says nothing.
 */
export function statusFromSheet(wanted: EventState | null, stored: EventState | null): EventState {
  if (stored === null || stored === 'cancelled') return wanted ?? 'confirmed';
  if (wanted === null) return stored;
  return wanted === 'confirmed' && goneFurther.includes(stored) ? stored : wanted;
}
