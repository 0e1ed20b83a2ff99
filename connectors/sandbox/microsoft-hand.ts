/** A person at their own Outlook: reads and edits one calendar of the sandbox without asking anybody. */
import {
  changedEvent,
  changedInstance,
  madeEvent,
  type StoredEvent,
  type WireEvent,
  withoutInstance,
} from './microsoft-event.ts';
import { type Answering, answeredMeeting, filedEvent, type Invitation, updatedMeeting } from './microsoft-meeting.ts';
import { type MicrosoftCalendar, type MicrosoftWorld, namedBy, namesOf } from './microsoft-world.ts';

/** An event with its immutable id. */
export type SeenEvent = Readonly<{ id: string; event: StoredEvent }>;

export interface MicrosoftHand {
  all(): readonly SeenEvent[];
  get(id: string): StoredEvent | null;
  /** The id of the event, occurrence or series that was made. */
  add(event: WireEvent): string;
  edit(id: string, change: WireEvent): void;
  /** Changes one occurrence; `slot` is its original start, a wall time in the zone of the series. */
  editInstance(id: string, slot: string, change: WireEvent): void;
  removeInstance(id: string, slot: string): void;
  remove(id: string): void;
  /** Takes what was removed out of Deleted Items, under its old id. */
  restore(id: string): void;
  /** Copies an event with everything on it, as Ctrl and drag do. */
  duplicate(id: string): string;
  /** Another change key and nothing else, as the service does now and then. */
  touch(id: string): void;
  /** Drags it into another calendar of the same person. */
  move(id: string, to: MicrosoftCalendar): void;
  /** An invitation came by mail, and Exchange has filed it: unanswered, the time held as tentative. Gives its id. */
  invited(invitation: Invitation): string;
  /** An update of it came: its fields change, and with its time the answer is asked for anew. */
  updated(id: string, change: WireEvent): void;
  /** The owner presses Accept, Tentative or Decline; the organiser, and nobody else, gets a mail. */
  answer(id: string, answer: Answering): void;
  /** The whole calendar is replaced by an empty one. */
  wipe(): void;
}

/** What was removed, to be restored. */
const deleted = new WeakMap<MicrosoftCalendar, Map<string, StoredEvent>>();

export function microsoftHand(world: MicrosoftWorld, calendar: MicrosoftCalendar): MicrosoftHand {
  const { state } = calendar;
  const bin = deleted.get(calendar) ?? new Map<string, StoredEvent>();
  deleted.set(calendar, bin);
  const idOf = (name: string) => namesOf(calendar, name, 0, true).event;
  const nameOf = (id: string) => namedBy(id, calendar, true).name;
  const change = (id: string, make: (event: StoredEvent, revision: number) => StoredEvent) => {
    const item = state.item(nameOf(id));
    if (item === null) throw new Error('the calendar has no such event');
    state.put(item.id, item.uid, make(item.content, state.revision + 1));
  };
  const put = (event: StoredEvent): string => {
    const name = world.newName();
    state.put(name, event.iCalUId, event);
    return idOf(name);
  };
  const createdAt = '2026-01-05T08:00:00Z';
  return {
    all: () => state.items().map(({ id, content }) => ({ id: idOf(id), event: content })),
    get: id => state.item(nameOf(id))?.content ?? null,
    add: event => put(madeEvent(event, { iCalUId: `0400-${state.revision}-${calendar.name}`, createdAt })),
    edit: (id, given) => change(id, (event, revision) => changedEvent(event, given, revision)),
    editInstance: (id, slot, given) => change(id, (event, revision) => changedInstance(event, slot, given, revision)),
    removeInstance: (id, slot) => change(id, event => withoutInstance(event, slot)),
    remove(id) {
      const item = state.item(nameOf(id));
      if (item !== null) bin.set(item.id, item.content);
      state.remove(nameOf(id));
    },
    restore(id) {
      const event = bin.get(nameOf(id));
      if (event !== undefined) state.put(nameOf(id), event.iCalUId, event);
    },
    duplicate(id) {
      const event = state.item(nameOf(id))?.content;
      if (event === undefined) throw new Error('the calendar has no such event');
      return put({ ...event, iCalUId: `${event.iCalUId}-copy`, transactionId: null });
    },
    touch: id => change(id, event => event),
    move(id, to) {
      const item = state.item(nameOf(id));
      if (item === null) return;
      state.remove(item.id);
      to.state.put(item.id, item.uid, item.content);
    },
    invited: invitation => put(filedEvent(invitation, createdAt)),
    updated: (id, given) => change(id, (event, revision) => updatedMeeting(event, given, revision)),
    answer(id, answering) {
      const event = state.item(nameOf(id))?.content;
      if (!event?.meeting) throw new Error('the calendar has no such invitation');
      world.meetingMail.push({ user: calendar.owner, kind: 'response', to: [event.meeting.organizer.address] });
      const answered = answeredMeeting(event, event.meeting, answering);
      if (answered !== null && !answering.anew) return change(id, () => answered);
      this.remove(id);
      if (answered !== null) put(answered);
    },
    wipe: () => state.wipe(),
  };
}
