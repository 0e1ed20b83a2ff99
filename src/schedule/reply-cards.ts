/** What the office must hear of an answer: who is required and will not come, and who proposes another time. */
import type { Met } from '../model/copy.ts';
import type { EventVersion, ScheduledEvent } from '../model/event.ts';
import { attendanceOf } from '../model/groups.ts';
import type { EventId, Instant, ProductionId } from '../model/ids.ts';
import type { Reply } from '../model/reply.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { OccurrenceFace } from '../model/series.ts';
import { oneLine } from '../model/view.ts';
import type { When } from '../model/when.ts';
import type { Repositories } from '../store/store.ts';
import { closeFinding, type FindingFacts } from './findings.ts';
import { dateOf, newestOf, standing } from './reply-standing.ts';

/** An event with all that an answer to it is measured by. */
export type ReplyMatter = Readonly<{
  snapshot: ScheduleSnapshot;
  event: ScheduledEvent;
  history: readonly EventVersion[];
}>;

const suggestion = 'they are no longer asked to this event';

/**
 * The card that an answer calls for as things are; null: none (any more). It is about the time that stands: once the
 * event has moved, it is cancelled or they are no longer asked, there is nothing to decide. C-DECLINE.
 */
export function cardOf(reply: Reply, matter: ReplyMatter): FindingFacts | null {
  const { snapshot, event, history } = matter;
  const { content } = event.published ?? event;
  const asked = attendanceOf(content, snapshot).find(({ person }) => person === reply.person);
  if (!asked || content.status === 'cancelled' || standing(reply, event, history) === 'earlier') return null;
  const isDecline = reply.answer === 'declined' && asked.role === 'required';
  if (!isDecline && reply.proposed === null) return null;
  const wholeEvent = reply.occurrence === null;
  const date = wholeEvent ? '' : ` on ${reply.occurrence.slice(0, 10)}`;
  const did = [
    ...(reply.answer === 'declined' ? ['declined'] : []),
    ...(reply.proposed === null ? [] : ['proposed another time for']),
  ].join(' and ');
  const required = isDecline ? '; they are required' : '';
  return {
    production: event.production,
    key: `reply/${event.id}/${reply.person}${wholeEvent ? '' : `/${reply.occurrence}`}`,
    kind: 'reply',
    calendar: null,
    person: reply.person,
    event: event.id,
    title: `${nameOf(reply, snapshot)} ${did} “${oneLine(content.title)}”${date}${required}.`,
    met: reply.proposed === null ? [] : [metOf(reply, reply.proposed, matter)],
    suggestions: isDecline && wholeEvent ? [suggestion] : [],
  };
}

/** Whose answer it is, and who gave it. */
export function nameOf({ by, person }: Pick<Reply, 'by' | 'person'>, { people }: ScheduleSnapshot): string {
  const name = (id: Reply['by']) => people.get(id)?.name ?? id;
  return by === person ? name(person) : `${name(by)} for ${name(person)}`;
}

/** As src/sync/resolve.ts takes an edit of a copy into the schedule. */
function metOf({ occurrence }: Reply, proposed: When, { event }: ReplyMatter): Met {
  const { content } = event.published ?? event;
  if (occurrence === null) {
    return { field: 'when', occurrence, base: content.when, ours: content.when, theirs: proposed };
  }
  const own = content.overrides.find(override => override.occurrence === occurrence);
  const plain = { title: own?.title ?? content.title, place: '', notes: '', busy: 'busy' } as const;
  const theirs: OccurrenceFace = { ...plain, when: proposed };
  const ours = dateOf(content, occurrence)?.when ?? null;
  return { field: 'series', occurrence, base: ours, ours, theirs };
}

/** Closes the cards of answers that no longer call for one, whatever changed since: the answer, the event, who is asked. */
export async function settleReplyCards(r: Repositories, production: ProductionId, now: Instant): Promise<void> {
  const open = (await r.findings.list(production, 'open')).filter(({ key }) => key.startsWith('reply/'));
  if (open.length === 0) return;
  const snapshot = await r.schedule.snapshot(production);
  for (const [id, cards] of Map.groupBy(open, ({ event }) => event)) {
    const wanted = id === null ? new Set<string>() : await wantedKeys(r, snapshot, id);
    for (const { key } of cards) {
      if (!wanted.has(key)) await closeFinding(r, { now: () => now }, production, key);
    }
  }
}

async function wantedKeys(r: Repositories, snapshot: ScheduleSnapshot, id: EventId): Promise<ReadonlySet<string>> {
  const event = snapshot.events.get(id);
  if (!event) return new Set();
  const history = await r.schedule.history(snapshot.production, id);
  const replies = newestOf(await r.replies.of(snapshot.production, id));
  return new Set(replies.flatMap(reply => cardOf(reply, { snapshot, event, history })?.key ?? []));
}
