/** Use-cases on one event. Each runs inside the caller's transaction and wakes the calendars it touches. */
import type { EditSource, EventContent, EventKind, EventVersion, ScheduledEvent } from '../model/event.ts';
import { attendanceOf, type Directory } from '../model/groups.ts';
import type { EventId, Instant, PersonId, ProductionId } from '../model/ids.ts';
import { type Repositories, StaleVersionError } from '../store/store.ts';
import { mergeEdit, nextEvent } from './edit.ts';
import { EditError } from './errors.ts';
import { settleReplyCards } from './reply-cards.ts';
import { movesOf } from './states.ts';

/** Who edits, from where, when, and which kinds wait for `issue`. */
export type Editing = Readonly<{
  production: ProductionId;
  by: string;
  source: EditSource;
  now: Instant;
  held: readonly EventKind[];
}>;

export type SaveEdit = Editing &
  Readonly<{
    id: EventId;
    /** The version that the edit was made from; null: the event is new (or its id was cancelled before). */
    expected: number | null;
    content: EventContent;
  }>;

/**
 * Saves an edit as a new version with its history line, or nothing where it changes nothing. An edit made from an
 * older version is joined with what was saved since.
 * Throws ConflictError (the same field was changed), StaleVersionError (a new event's id is taken, or the version is
 * not known), EditError (the state may not change so).
 */
export async function saveEvent(r: Repositories, edit: SaveEdit): Promise<ScheduledEvent> {
  const current = await r.schedule.event(edit.production, edit.id);
  const content = current ? await joined(r, current, edit) : edit.content;
  if (current === null && edit.expected !== null) throw new StaleVersionError(edit.id, edit.expected, null);
  const next = nextEvent(current, { ...edit, content });
  if (next === null) return current ?? failUnknown(edit.id);
  await r.schedule.putEvent(next, historyLine(next, edit), current?.version ?? null);
  await wakeAttendees(r, edit.production, [current, next]);
  await settleReplyCards(r, edit.production, edit.now);
  return next;
}

async function joined(r: Repositories, current: ScheduledEvent, edit: SaveEdit): Promise<EventContent> {
  if (edit.expected === current.version) return edit.content;
  const anew = edit.expected === null && current.content.status === 'cancelled';
  if (anew) return edit.content;
  const base = (await r.schedule.history(edit.production, edit.id)).find(line => line.version === edit.expected);
  if (!base) throw new StaleVersionError(edit.id, edit.expected, current.version);
  return mergeEdit(edit.id, base.content, current, edit.content);
}

export function historyLine(event: ScheduledEvent, edit: Pick<Editing, 'by' | 'source' | 'now'>): EventVersion {
  const { id, version, content } = event;
  return { id, version, content, at: edit.now, by: edit.by, source: edit.source };
}

/** Cancels the event for everybody. A second cancellation changes nothing. Errors as saveEvent. */
export async function cancelEvent(
  r: Repositories,
  edit: Editing & Readonly<{ id: EventId; expected: number }>,
): Promise<ScheduledEvent> {
  const { content } = await existing(r, edit);
  const base = await contentAt(r, edit, edit.expected);
  if (content.status === 'cancelled') return existing(r, edit);
  return saveEvent(r, { ...edit, content: { ...base, status: 'cancelled' } });
}

/**
 * Issues the event: a confirmed or changed event becomes `issued`, and what has been prepared is shown to everybody.
 * Throws EditError for an event in another state.
 */
export async function issueEvent(
  r: Repositories,
  edit: Editing & Readonly<{ id: EventId; expected: number }>,
): Promise<ScheduledEvent> {
  const current = await existing(r, edit);
  if (current.version !== edit.expected) throw new StaleVersionError(edit.id, edit.expected, current.version);
  const { status } = current.content;
  if (status !== 'issued' && status !== 'confirmed' && status !== 'changed') {
    throw EditError.move(edit.id, status, 'issued', movesOf(current.content, edit.now));
  }
  const saved = await saveEvent(r, { ...edit, content: { ...current.content, status: 'issued' } });
  if (saved.published?.version === saved.version) return saved;
  const published = { version: saved.version, content: saved.content };
  await r.schedule.publish(edit.production, edit.id, published);
  await wakeAttendees(r, edit.production, [current, saved]);
  await settleReplyCards(r, edit.production, edit.now);
  return { ...saved, published };
}

/** A new version with the content of an older one. Errors as saveEvent, and EditError `unknown-version`. */
export async function undoEvent(
  r: Repositories,
  edit: Omit<Editing, 'source'> & Readonly<{ id: EventId; expected: number; to: number }>,
): Promise<ScheduledEvent> {
  const current = await existing(r, edit);
  if (current.version !== edit.expected) throw new StaleVersionError(edit.id, edit.expected, current.version);
  const content = await contentAt(r, edit, edit.to);
  return saveEvent(r, { ...edit, source: 'undo', content: undone(current.content, content) });
}

/** An older content keeps today's state where the state machine has no way back (an issue cannot be unsaid). */
function undone(current: EventContent, older: EventContent): EventContent {
  const issuedSince = current.status === 'issued' || current.status === 'changed' || current.status === 'confirmed';
  const goesAhead = older.status === 'confirmed' || older.status === 'pencilled' || older.status === 'idea';
  if (issuedSince && goesAhead) return { ...older, status: current.status };
  return older.status === 'issued' && current.status === 'changed' ? { ...older, status: 'changed' } : older;
}

/** Every version of the event, oldest first. */
export async function eventHistory(
  r: Repositories,
  production: ProductionId,
  id: EventId,
): Promise<readonly EventVersion[]> {
  const lines = await r.schedule.history(production, id);
  return [...lines].sort((a, b) => a.version - b.version);
}

async function existing(r: Repositories, of: Readonly<{ production: ProductionId; id: EventId }>) {
  return (await r.schedule.event(of.production, of.id)) ?? failUnknown(of.id);
}

async function contentAt(
  r: Repositories,
  of: Readonly<{ production: ProductionId; id: EventId }>,
  version: number,
): Promise<EventContent> {
  const line = (await r.schedule.history(of.production, of.id)).find(candidate => candidate.version === version);
  if (line) return line.content;
  throw new EditError('unknown-version', `${of.id} has no version ${version}`);
}

function failUnknown(id: EventId): never {
  throw new EditError('unknown-event', `there is no event ${id}`);
}

/** Everybody whom any of these states of an event asks, as published or as prepared. */
export function attendeesOf(events: readonly (ScheduledEvent | null)[], directory: Directory): Set<PersonId> {
  const contents = events.flatMap(event => [event?.content, event?.published?.content]);
  const asked = contents.flatMap(content => (content ? attendanceOf(content, directory) : []));
  return new Set(asked.map(attendance => attendance.person));
}

async function wakeAttendees(
  r: Repositories,
  production: ProductionId,
  events: readonly (ScheduledEvent | null)[],
): Promise<void> {
  const people = attendeesOf(events, await r.schedule.snapshot(production));
  if (people.size > 0) await r.calendars.wakePeople(production, [...people]);
}
