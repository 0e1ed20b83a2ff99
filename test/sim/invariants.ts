/** The invariants of shared/proof.md section 2.4 that are judged by the state at the end. */

import { isDeepStrictEqual } from 'node:util';
import { busyBlocks } from '../../src/ical/expand.ts';
import type { Copy } from '../../src/model/copy.ts';
import type { EventVersion } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import { projectCalendar, type WantedCopy, windowAt } from '../../src/sync/project.ts';
import { allUnits, fieldOf, sameUnit, type Unit, unitsOf, unitValue } from '../../src/sync/units.ts';
import type { Item, SimCalendar } from './calendar.ts';
import { normaliseFace } from './habits.ts';
import { Violation } from './history.ts';
import { nameOf, type Owners } from './owners.ts';
import { tide } from './stage.ts';
import type { World } from './world.ts';

type End = Readonly<{
  world: World;
  owners: Owners;
  snapshot: ScheduleSnapshot;
  findings: readonly Finding[];
  history: readonly EventVersion[];
  copies: ReadonlyMap<string, readonly Copy[]>;
}>;

/** Throws the first Violation. */
export async function checkEnd(world: World, owners: Owners, secret: string | null): Promise<void> {
  const end = await readEnd(world, owners);
  for (const calendar of world.calendars.values()) checkCalendar(end, calendar);
  checkTokens(end);
  checkProvenance(end);
  checkCards(end);
  checkBounds(end);
  await checkBusy(end);
  await checkPrivacy(end, secret);
  await checkMail(end);
}

async function readEnd(world: World, owners: Owners): Promise<End> {
  return world.store.read(async r => {
    const snapshot = await r.schedule.snapshot(tide);
    const history = [];
    for (const id of snapshot.events.keys()) history.push(...(await r.schedule.history(tide, id)));
    const copies = new Map<string, readonly Copy[]>();
    for (const { id } of world.stage.links) copies.set(id, await r.copies.copies(id));
    return { world, owners, snapshot, history, copies, findings: await r.findings.list(tide) };
  });
}

function checkCalendar(end: End, calendar: SimCalendar): void {
  const { world, snapshot } = end;
  const link = world.stage.links.find(one => one.id === calendar.name);
  if (!link) return;
  const { wanted, outside } = projectCalendar(snapshot, link, windowAt(world.now, 7, 400));
  const copies = end.copies.get(link.id) ?? [];
  const claimed = new Set<string>();
  for (const [event, one] of wanted) {
    const copy = copies.find(known => known.eventId === event);
    const about = { calendar: link.id, event };
    if (!copy) throw new Violation('1 convergence', 'a wanted copy was never made', about);
    checkCopy(end, calendar, copy, one);
    if (copy.remoteId !== null && (copy.state === 'placed' || copy.state === 'stuck')) claimed.add(copy.remoteId);
  }
  for (const copy of copies) {
    if (copy.state === 'placed' && !wanted.has(copy.eventId) && !outside.has(copy.eventId)) {
      throw new Violation('1 convergence', 'a copy is left over', { calendar: link.id, event: copy.eventId });
    }
  }
  for (const item of calendar.marked()) {
    if (claimed.has(item.id)) continue;
    const copy = copies.find(one => one.key === item.content.marker?.key);
    const about = { calendar: link.id, event: copy?.eventId };
    throw new Violation('2 no duplicates', `marked item ${item.id} belongs to no copy`, about);
  }
  for (const item of calendar.items()) {
    const own = end.owners.own.get(nameOf(calendar, item.id));
    if (own === undefined || own === item.content.own) continue;
    const text = `the owner's notes ${own} in ${item.id} became ${item.content.own}`;
    throw new Violation('3 no lost edit', text, { calendar: link.id });
  }
}

function checkCopy(end: End, calendar: SimCalendar, copy: Copy, wanted: WantedCopy): void {
  const { world, owners } = end;
  const about = { calendar: calendar.name, event: copy.eventId };
  const item = copy.remoteId === null ? null : calendar.state.item(copy.remoteId);
  switch (copy.state) {
    case 'stuck':
      if (world.rejected.has(copy.key) || hasUid(calendar, wanted.event.uid)) return;
      throw new Violation('1 convergence', `a copy is stuck: ${copy.problem}`, about);
    case 'hidden':
      if (item !== null) throw new Violation('1 convergence', 'a hidden copy has its item', about);
      if (!owners.deleted.has(`${calendar.name} ${copy.key}`)) {
        throw new Violation('1 convergence', 'a copy is hidden that nobody removed', about);
      }
      return;
    case 'placed':
      break;
    default:
      throw new Violation('1 convergence', `a wanted copy is ${copy.state}`, about);
  }
  if (item === null) throw new Violation('1 convergence', 'a placed copy has no item', about);
  // An unmarking that comes late may meet an item that has become the copy since; its id is known all the same.
  const isStripped = item.content.marker === null && world.strippedLate.has(`${calendar.name} ${item.id}`);
  if (item.content.marker?.key !== copy.key && !isStripped)
    throw new Violation('1 convergence', 'an item bears no mark of its copy', about);
  const shown = unitsOf(item.content.face);
  const right = unitsOf(normaliseFace(wanted.face, calendar.habits));
  for (const unit of allUnits(shown, right)) {
    if (!calendar.habits.fields.includes(fieldOf(unit)) || unit === 'busy') continue;
    const value = unitValue(shown, unit);
    if (saysTheSame(unit, value, unitValue(right, unit)) || isProposed(end, copy, unit, value)) continue;
    const text = `${unit} shows ${JSON.stringify(value)}, right is ${JSON.stringify(unitValue(right, unit))}`;
    throw new Violation('1 convergence', text, about);
  }
}

/** White space in a title or a place is nobody's edit. */
function saysTheSame(unit: Unit, shown: unknown, right: unknown): boolean {
  const isLine = (unit === 'title' || unit === 'place') && typeof shown === 'string' && typeof right === 'string';
  return isLine ? plain(shown) === plain(right) : sameUnit(unit, shown, right);
}

function isProposed({ findings }: End, copy: Copy, unit: Unit, value: unknown): boolean {
  const key = `proposal/${copy.calendarId}/${copy.eventId}`;
  const occurrence = unit.startsWith('occurrence ') ? unit.slice('occurrence '.length) : null;
  const card = findings.find(one => one.key === key && one.state !== 'closed');
  return (
    card?.met.some(
      met => met.field === fieldOf(unit) && met.occurrence === occurrence && isTheirs(unit, met.theirs, value),
    ) === true
  );
}

/** A card shows a date in the schedule's own words: only its time can be compared. */
function isTheirs(unit: Unit, theirs: unknown, shown: unknown): boolean {
  const whenOf = (value: unknown) =>
    typeof value === 'object' && value !== null && 'when' in value ? value.when : null;
  if (!unit.startsWith('occurrence ') || whenOf(theirs) === null) return sameUnit(unit, theirs, shown);
  return JSON.stringify(whenOf(theirs)).slice(0, 55) === JSON.stringify(whenOf(shown)).slice(0, 55);
}

const hasUid = (calendar: SimCalendar, uid: string) => calendar.items().some(item => item.uid === uid);

/** Invariant 3: every typed value is on record, or was replaced by a human. */
function checkTokens({ world, findings, history, copies }: End): void {
  const record = JSON.stringify(findings.map(one => one.met)) + JSON.stringify(history.map(one => one.content));
  for (const token of world.tokens.all) {
    if (token.excused !== null || token.field === 'own') continue;
    const found = token.marks.some(mark => record.includes(mark) || record.includes(JSON.stringify(mark).slice(1, -1)));
    // What a provider refuses to have written over stands there still, and is read when it is no longer refused.
    const copy = copies.get(token.calendar ?? '')?.find(one => one.remoteId === token.item);
    if (found || copy?.state === 'stuck') continue;
    const where = token.calendar === null ? 'the schedule' : `${token.item} of ${token.calendar}`;
    const about = { calendar: token.calendar ?? undefined, event: token.event ?? undefined };
    throw new Violation('3 no lost edit', `${token.field} ${token.marks[0]} typed in ${where} is nowhere`, about);
  }
}

/** Invariant 7: nothing in the history that nobody typed; invariant 8: no event that the office did not make. */
function checkProvenance({ world, history }: End): void {
  const { tokens, stage } = world;
  for (const { id, version, content } of history) {
    const about = { event: id };
    if (!stage.events.includes(id)) throw new Violation('8 no ghost events', `${id} was made by nobody`, about);
    const values = [content.title, content.notes, content.when, content.venue, content.onlineUrl];
    for (const override of content.overrides) values.push(override.title, override.when);
    for (const value of values) {
      if (value === null || tokens.wasTyped(value) || (typeof value === 'string' && isVenueTyped(world, value)))
        continue;
      throw new Violation(
        '7 provenance',
        `version ${version} says ${JSON.stringify(value)}, which nobody typed`,
        about,
      );
    }
  }
}

function isVenueTyped({ tokens }: World, value: string): boolean {
  const number = Number(/^V(\d+)$/.exec(value)?.[1]);
  return tokens.wasTyped(`Hall ${number}, ${number} Quay`);
}

/** Invariant 9: what stands on a card as theirs was typed in that calendar. */
function checkCards({ world, findings }: End): void {
  for (const card of findings) {
    if (card.calendar === null || card.event === null) continue;
    for (const { field, occurrence, ours, theirs } of card.met) {
      const about = { calendar: card.calendar, event: card.event };
      const values = field !== 'series' ? [theirs] : occurrenceValues(occurrence, theirs);
      if (!values.some(value => world.tokens.wasTypedIn(value, String(card.calendar)))) {
        const text = `${card.kind} card: ${field} ${occurrence ?? ''} ${JSON.stringify(theirs)} was not typed there`;
        throw new Violation('9 no false conflicts', text, about);
      }
      if (
        typeof ours === 'string' &&
        typeof theirs === 'string' &&
        card.kind === 'conflict' &&
        plain(ours) === plain(theirs)
      ) {
        throw new Violation('9 no false conflicts', `both sides say ${JSON.stringify(theirs)}`, about);
      }
    }
  }
}

const plain = (text: string) => text.replace(/\s+/g, ' ').trim();

function occurrenceValues(occurrence: string | null, theirs: unknown): unknown[] {
  if (theirs === 'off') return [`off ${occurrence}`];
  if (typeof theirs !== 'object' || theirs === null || !('when' in theirs)) return [theirs];
  return [theirs.when];
}

/** Invariant 5, the part that can be told at the end. */
function checkBounds({ world }: End): void {
  const { writes, edits, faults } = world.counts;
  const calendars = world.calendars.size;
  const bound = 4 * (edits + world.stage.events.length) * calendars + 4 * faults + 40;
  if (writes > bound)
    throw new Violation('5 bounded calls', `${writes} writes for ${edits} edits and ${faults} faults`);
}

/** Busy time is exactly that of what is not ours: neither a copy nor, by its UID, an event of the schedule. */
async function checkBusy({ world, owners, snapshot, copies }: End): Promise<void> {
  const busy = await world.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }));
  for (const calendar of world.calendars.values()) {
    const link = world.stage.links.find(one => one.id === calendar.name);
    if (link?.mode === 'publish') continue;
    const known = busy.filter(block => block.calendar === calendar.name).length;
    const ours = new Set((copies.get(calendar.name) ?? []).map(copy => String(copy.remoteId)));
    const uids = new Set(calendar.habits.family === 'graph' ? [] : [...snapshot.events.values()].map(({ uid }) => uid));
    const isForeign = ({ id, uid, content }: Item) => content.marker === null && !ours.has(id) && !uids.has(uid);
    const foreign = calendar.items().filter(isForeign);
    const expected = foreign.flatMap(({ content: { face } }) =>
      busyBlocks(face, face.busy !== 'free', windowAt(world.now, 7, 400)),
    ).length;
    if (known !== expected) {
      const text = `${known} busy times for ${expected} of their own (${owners.private.size} appointments)`;
      throw new Violation('8 no ghost events', text, { calendar: calendar.name });
    }
  }
}

/** Invariant 12: secrets of an event stay with whom it names; private appointments stay where they are. */
async function checkPrivacy({ world, owners, findings, history }: End, secret: string | null): Promise<void> {
  const seen: unknown[] = [];
  for (const { id } of world.stage.links) seen.push(await world.store.read(r => r.copies.sights(id)));
  const record = JSON.stringify([findings, history, seen]);
  const sent = [...world.calendars.values()].map(calendar => [calendar.name, calendar.received.join('\n')] as const);
  const mails = JSON.stringify(world.mailbox.accepted);
  for (const [name, text] of owners.private) {
    const leak = [record, mails, ...sent.map(([, received]) => received)].some(all => all.includes(text));
    if (leak) throw new Violation('12 privacy', `the private appointment ${name} is known outside`, {});
  }
  const hidden = world.tokens.all.filter(
    token => token.event === secret && token.calendar === null && (token.field === 'title' || token.field === 'notes'),
  );
  for (const token of secret === null ? [] : hidden) {
    const mark = token.marks[0] ?? '';
    const reached = sent.find(([, received]) => received.includes(mark));
    if (reached)
      throw new Violation('12 privacy', `${mark} of a P3 event reached ${reached[0]}`, {
        event: token.event ?? undefined,
      });
    if (mails.includes(mark)) throw new Violation('12 privacy', `${mark} of a P3 event was mailed`, {});
  }
}

/** Invariant 6: everybody was told what is true, by the message that is on record. */
async function checkMail({ world }: End): Promise<void> {
  const [told, messages] = await world.store.read(
    async r => [await r.mail.told(tide), await r.mail.messages(tide)] as const,
  );
  if (!world.stage.mails) return;
  const accepted = new Set(world.mailbox.accepted.map(one => one.mail.messageId));
  const known = new Set(messages.map(message => message.messageId));
  for (const id of accepted) {
    if (!known.has(id)) throw new Violation('6 mail', `${id} was accepted and is not on record`);
  }
  for (const { messageId, state, event } of messages) {
    if (state === 'sent' && !accepted.has(messageId))
      throw new Violation('6 mail', `${messageId} was never accepted`, { event });
    if (state !== 'sent' && state !== 'dropped' && state !== 'failed') {
      throw new Violation('6 mail', `${messageId} is still ${state}`, { event });
    }
  }
  // Who has an invitation must be on record as told, or no change and no cancellation will ever reach them.
  for (const { messageId, event, reader, state } of messages) {
    const isTold = told.some(one => one.event === event && isDeepStrictEqual(one.reader, reader));
    if (accepted.has(messageId) && !isTold) {
      throw new Violation('6 mail', `${messageId} (${state}) arrived, and its reader is not on record`, { event });
    }
  }
  for (const { event, messageIds } of told) {
    const last = messageIds.at(-1);
    const failed = messages.some(message => message.messageId === last && message.state === 'failed');
    if (last !== undefined && !accepted.has(last) && !failed) {
      throw new Violation('6 mail', `what ${event} is believed to be told of never arrived`, { event });
    }
  }
}
