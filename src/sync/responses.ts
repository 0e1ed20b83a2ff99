/**
 * Answers that show in a calendar: on an invitation of ours which its owner's mail program filed there (design.md
 * section 7). Our own copies have no guests, and of other people's events nobody's business is read.
 */
import type { GuestResponse, Observed, Present } from '../model/copy.ts';
import type { ScheduledEvent } from '../model/event.ts';
import { recordReply } from '../schedule/reply.ts';
import { versionAnswered } from '../schedule/reply-standing.ts';
import type { Repositories } from '../store/store.ts';
import type { Run } from './run.ts';

type Answered = Readonly<{ item: Present; response: GuestResponse; event: ScheduledEvent }>;

/**
 * Hands new answers to the door, in the transaction that stores the items; call it before they are stored. What is
 * shown as it was seen before is no new answer.
 * @param items those that no copy of ours names as its own
 * @param events by UID
 */
export async function recordResponses(
  run: Run,
  r: Repositories,
  items: readonly Observed[],
  events: ReadonlyMap<string, ScheduledEvent>,
): Promise<void> {
  const { link } = run.row;
  if (link.mode !== 'two-way') return;
  const answered = items.flatMap((item): Answered[] => {
    if (item.kind !== 'present' || item.marker !== null || item.uid === null || !item.response) return [];
    const event = events.get(item.uid);
    return event ? [{ item, response: item.response, event }] : [];
  });
  if (answered.length === 0) return;
  const sights = await r.copies.sights(link.id);
  const before = new Map(sights.map(({ observed }) => [observed.remoteId, observed] as const));
  for (const one of answered) {
    const seen = before.get(one.item.remoteId);
    if (seen?.kind === 'present' && isSame(seen.response, one.response)) continue;
    await record(run, r, one);
  }
}

const isSame = (a: GuestResponse | null | undefined, b: GuestResponse) =>
  a?.answer === b.answer && a.at === b.at && a.comment === b.comment;

async function record(run: Run, r: Repositories, { item, response, event }: Answered): Promise<void> {
  const { production, person } = run.row.link;
  const { people } = await r.schedule.snapshot(production);
  if (!isOwners(response, people.get(person)?.email ?? null)) return;
  const told = (await r.mail.toldOf(production, event.id)).find(({ reader }) => reader.person === person);
  const newest = told?.eventVersion ?? (event.published ?? event).version;
  const history = await r.schedule.history(production, event.id);
  await recordReply(
    r,
    {
      production,
      event: event.id,
      by: person,
      person: null,
      answer: response.answer,
      occurrence: null,
      proposed: null,
      comment: response.comment,
      source: 'calendar',
      version: versionAnswered(history, newest, item.face.when, response.at),
      at: response.at,
    },
    run.parts.runtime,
  );
}

/** An invitation that was passed on shows somebody else's answer. */
function isOwners({ attendee }: GuestResponse, email: string | null): boolean {
  return attendee === null || attendee.toLowerCase() === email?.toLowerCase();
}
