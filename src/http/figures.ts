/** How one production fares, in numbers: the head of its page. */
import type { CalendarState } from '../model/calendar.ts';
import type { ProductionId } from '../model/ids.ts';
import type { MessageState } from '../model/message.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Repositories } from '../store/store.ts';

/** Messages that something may still happen to, or ought to. */
export const openMessageStates: readonly MessageState[] = ['held', 'due', 'sending', 'failed', 'unknown'];

export type Figures = Readonly<{
  events: number;
  /** Newer than what is published, or never published. */
  unpublished: number;
  people: number;
  calendars: ReadonlyMap<CalendarState, number>;
  openFindings: number;
  messages: ReadonlyMap<MessageState, number>;
}>;

export async function figuresOf(
  r: Repositories,
  production: ProductionId,
  snapshot: ScheduleSnapshot,
): Promise<Figures> {
  const events = [...snapshot.events.values()];
  return {
    events: events.length,
    unpublished: events.filter(event => event.published?.version !== event.version).length,
    people: snapshot.people.size,
    calendars: tally((await r.calendars.all(production)).map(row => row.state)),
    openFindings: (await r.findings.list(production, 'open')).length,
    messages: tally((await r.mail.messages(production, openMessageStates)).map(message => message.state)),
  };
}

/** How often each value occurs. */
export function tally<Value>(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
