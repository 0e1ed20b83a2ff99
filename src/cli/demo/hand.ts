/** Being one of the people of the demo: a small form of their calendar's page, what it does there, and what came of it. */
import { z } from 'zod';
import type { Person } from '../../model/person.ts';
import {
  addDays,
  isLocalDate,
  isLocalDateTime,
  rangeOf,
  sameWhen,
  type When,
  type ZoneName,
} from '../../model/when.ts';
import { diaryOf, providerCalls } from './acts.ts';
import type { Diary, Entry, EntryChange } from './diary.ts';
import { type DemoOffice, london } from './office.ts';
import { providerWords } from './providers.ts';
import { readSnapshot, settleCalendars } from './readings.ts';
import { inWords } from './step.ts';

const text = z.string().trim().max(200);
const times = { start: z.string().optional(), end: z.string().optional() };
const deed = z.discriminatedUnion('do', [
  z.object({ do: z.literal('add'), title: text, place: text, ...times }),
  z.object({ do: z.literal('change'), id: z.string(), title: text, ...times }),
  z.object({ do: z.literal('remove'), id: z.string() }),
]);
type Deed = z.infer<typeof deed>;

/** Does what the form asks for in the person's own calendar, has callboard look, and says what was then found. */
export async function actByHand(office: DemoOffice, person: Person, form: unknown): Promise<string> {
  const asked = deed.safeParse(form);
  if (!asked.success) return 'Nothing was done: the form was not complete.';
  const since = office.app.runtime.now();
  const done = perform(diaryOf(office, person.id), person, asked.data, office.app.runtime.id());
  if (!done.isDone) return done.words;
  await providerCalls(office, [person.id]);
  await settleCalendars(office);
  const found = await whatCame(office, person, since);
  const kept = done.busy === null ? [] : await keptOf(office, person, done.busy);
  const outcome = [...found, ...kept];
  return [done.words, ...(outcome.length === 0 ? [quiet(office, person)] : outcome)].join(' ');
}

/** @property busy of something new: when it is */
type Done = Readonly<{ isDone: boolean; words: string; busy: When | null }>;
const refused = (words: string): Done => ({ isDone: false, words: `Nothing was done: ${words}`, busy: null });
const done = (words: string, busy: When | null = null): Done => ({ isDone: true, words, busy });

function perform(diary: Diary, { timezone }: Person, asked: Deed, uid: string): Done {
  if (asked.do === 'add') {
    const { title, place } = asked;
    const when = whenOf(asked, timezone ?? london);
    if (title === '' || when === null) return refused('an entry needs a title, a beginning, and an end after it.');
    diary.add({ uid, title, place, when });
    return done(`“${title}”, ${inWords(when)}, is in the calendar.`, when);
  }
  const entry = diary.entries().find(one => one.id === asked.id);
  if (entry === undefined) return refused('that entry is no longer in the calendar.');
  if (asked.do === 'remove') {
    diary.remove(entry.id);
    return done(`“${entry.title}” is deleted.`);
  }
  const change = changeOf(entry, asked);
  if (change === null) return refused('an entry needs a title, and its end must come after its beginning.');
  if (Object.keys(change).length === 0) return refused('nothing was changed in the form.');
  diary.change(entry.id, change);
  const { title = entry.title, when = entry.when } = change;
  return done(`“${title}” is now ${inWords(when)}.`);
}

/** What the form says otherwise than the entry; null: it says what cannot be. */
function changeOf(entry: Entry, asked: Extract<Deed, { do: 'change' }>): EntryChange | null {
  const when = entry.repeats ? entry.when : whenOf(asked, entry.when.zone);
  if (asked.title === '' || when === null) return null;
  return {
    ...(asked.title !== entry.title && { title: asked.title }),
    ...(!sameWhen(when, entry.when) && { when }),
  };
}

type Times = Readonly<{ start?: string | undefined; end?: string | undefined }>;

/** From the fields of the form: local times, or days of which the last one counts. null: not so. */
function whenOf({ start = '', end = '' }: Times, zone: ZoneName): When | null {
  if (isLocalDate(start) && isLocalDate(end)) {
    return end < start ? null : { kind: 'all-day', start, end: addDays(end, 1), zone };
  }
  const [from, to] = [start, end].map(local => (local.length === 16 ? `${local}:00` : local));
  if (from === undefined || to === undefined || !isLocalDateTime(from) || !isLocalDateTime(to)) return null;
  const when: When = { kind: 'timed', start: from, end: to, zone };
  const range = rangeOf(when);
  return range.to > range.from ? when : null;
}

/** The cards that were opened about this person, and the events that became what they made of them. */
async function whatCame(office: DemoOffice, { id, name }: Person, since: number): Promise<string[]> {
  const findings = await office.app.store.read(r => r.findings.list(office.production));
  const cards = findings.filter(card => card.person === id && card.changedAt >= since).map(card => card.title);
  const { events } = await readSnapshot(office);
  const edited = [...events.values()].filter(event => event.updatedAt >= since && event.updatedBy === name);
  const versions = edited.map(
    ({ content, version }) => `The schedule follows: “${content.title}” is version ${version}, by ${name}.`,
  );
  return [...cards, ...versions];
}

async function keptOf({ app, production }: DemoOffice, { id, name }: Person, when: When): Promise<string[]> {
  const range = rangeOf(when);
  const busy = await app.store.read(r => r.copies.busy(production, range, [id]));
  const isKept = busy.some(block => block.from === range.from && block.to === range.to);
  return isKept ? [`Of it callboard keeps that ${name} is busy then, and nothing else.`] : [];
}

function quiet(office: DemoOffice, { id }: Person): string {
  const { provider } = diaryOf(office, id);
  if (office.providers.isDown(provider)) return `${providerWords[provider]} is down, so callboard has not seen it yet.`;
  return 'callboard has looked, and it is no matter of the schedule’s.';
}
