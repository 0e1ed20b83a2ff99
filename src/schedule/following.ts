/**
 * "This and all following": the series ends before a date, and another event carries on from there. Each bookable
 * thing has one UID for ever, so the dates that were keep theirs; those to come are a new event with a new one.
 */
import type { ScheduledEvent } from '../model/event.ts';
import { brandId, type EventId, type ProductionId } from '../model/ids.ts';
import { dateOf } from '../model/occurrence.ts';
import type { OccurrenceStart } from '../model/series.ts';
import type { When } from '../model/when.ts';
import { type Repositories, StaleVersionError } from '../store/store.ts';
import { EditError } from './errors.ts';
import { type Editing, saveEvent } from './save.ts';
import { changeSeries, type FollowingChanges, splitSeries } from './split.ts';

export type FollowingEdit = Editing &
  Readonly<{
    id: EventId;
    expected: number;
    /** The first date concerned, by its original start. */
    at: OccurrenceStart;
  }>;

/** `before` null: the date was the first, and the series was changed as a whole. */
export type Following = Readonly<{ before: ScheduledEvent | null; following: ScheduledEvent }>;

/**
 * Changes a series from one of its dates on. What people were told of it is divided like the series, so that each
 * hears of the change once, as a change. Kinds that wait for `issue` are told as two events once both are issued.
 * Throws StaleVersionError, EditError `unknown-event`, `no-such-date`, `unclear-rule`, and IcalError `bad-rule`.
 */
export async function changeFollowing(
  r: Repositories,
  edit: FollowingEdit & Readonly<{ changes: FollowingChanges }>,
): Promise<Following> {
  const current = await currentOf(r, edit);
  const { content } = current;
  if (isFirst(edit.at, content.when)) {
    const whole = changeSeries(edit.id, content, edit.changes);
    return { before: null, following: await saveEvent(r, { ...edit, content: whole }) };
  }
  const halves = splitSeries(edit.id, content, edit.at);
  const before = await saveEvent(r, { ...edit, content: halves.before });
  const following = await saveEvent(r, {
    ...edit,
    id: await freeId(r, edit.production, `${edit.id}-${dateOf(edit.at).replaceAll('-', '')}`),
    expected: null,
    content: { ...changeSeries(edit.id, halves.following, edit.changes), status: before.content.status },
  });
  if (isPublished(before) && isPublished(following)) {
    await divideTold(r, before, following, edit.at, halves.following.when);
  }
  return { before, following };
}

/** Ends a series before one of its dates; those from it on are off. Errors as changeFollowing. */
export async function cancelFollowing(r: Repositories, edit: FollowingEdit): Promise<ScheduledEvent> {
  const { content } = await currentOf(r, edit);
  if (isFirst(edit.at, content.when)) return saveEvent(r, { ...edit, content: { ...content, status: 'cancelled' } });
  return saveEvent(r, { ...edit, content: splitSeries(edit.id, content, edit.at).before });
}

async function currentOf(r: Repositories, { production, id, expected }: FollowingEdit): Promise<ScheduledEvent> {
  const current = await r.schedule.event(production, id);
  if (current === null) throw new EditError('unknown-event', `there is no event ${id}`);
  if (current.version !== expected) throw new StaleVersionError(id, expected, current.version);
  if (current.content.rrule === null) throw new EditError('no-such-date', `${id} does not repeat`);
  return current;
}

const isFirst = (at: OccurrenceStart, { start }: When) => String(at) === start;

/** The id, or where it is taken the first of `-2`, `-3` that is free. */
async function freeId(r: Repositories, production: ProductionId, wanted: string): Promise<EventId> {
  for (let count = 1; ; count += 1) {
    const id = brandId<EventId>(count === 1 ? wanted : `${wanted}-${count}`);
    if ((await r.schedule.event(production, id)) === null) return id;
  }
}

const isPublished = ({ published, version }: ScheduledEvent) => published?.version === version;

/** Who was told all dates was told those of either event; the thread of mails goes on with both. */
async function divideTold(
  { mail }: Repositories,
  before: ScheduledEvent,
  following: ScheduledEvent,
  at: OccurrenceStart,
  when: When,
): Promise<void> {
  for (const told of await mail.toldOf(before.production, before.id)) {
    const { statement } = told;
    if (told.uid !== before.uid || statement === null || statement.occurrences === null) continue;
    const dates = statement.occurrences;
    const part = (isIn: (occurrence: string) => boolean) => dates.filter(({ occurrence }) => isIn(occurrence));
    await mail.putTold({ ...told, statement: { ...statement, occurrences: part(occurrence => occurrence < at) } });
    await mail.putTold({
      ...told,
      event: following.id,
      uid: following.uid,
      sequence: following.sequence,
      eventVersion: following.version,
      itip: false,
      statement: { ...statement, when, occurrences: part(occurrence => occurrence >= at) },
    });
  }
}
