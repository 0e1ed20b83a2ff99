/** One step of the tour: what somebody does, and what was then found where. */
import { dayWords, whenWords } from '../../mail/words.ts';
import type { PersonId } from '../../model/ids.ts';
import type { When } from '../../model/when.ts';
import { type DemoOffice, london } from './office.ts';
import { providerWords } from './providers.ts';

export type Place = 'Schedule' | 'Calendars' | 'Mail' | 'Findings' | 'Store';

export type StepReport = Readonly<{
  id: string;
  title: string;
  /** Who does what. */
  done: string;
  /** Read back from the places themselves. */
  found: readonly Readonly<{ where: Place; text: string }>[];
  /** The same for programs. */
  facts: Readonly<Record<string, string | number | boolean>>;
}>;

export type Step = (office: DemoOffice) => Promise<StepReport>;

export const inWords = (when: When) => whenWords(when, london);

/** `09:00-17:30`; with the day where it is not the other's day. */
export function timesInWords(when: When, other: When): string {
  if (when.kind === 'all-day' || dayWords(when.start) !== dayWords(other.start)) return inWords(when);
  return `${when.start.slice(11, 16)}-${when.end.slice(11, 16)}`;
}

/** `1 message`, `1,074 messages` */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}

/** `All 20`, `Both` or `19 of 20` */
export function allOrSome(part: number, whole: number): string {
  if (part === 2 && whole === 2) return 'Both';
  return part === whole ? `All ${whole}` : `${part} of ${whole}`;
}

/** `8 Outlook, 10 Google, 2 CalDAV`: whose calendars theirs are. */
export function byProvider({ diaries }: DemoOffice, people: Iterable<PersonId>): string {
  const counts = new Map(Object.values(providerWords).map(word => [word, 0]));
  for (const person of people) {
    const provider = diaries.get(person)?.provider;
    if (provider) counts.set(providerWords[provider], (counts.get(providerWords[provider]) ?? 0) + 1);
  }
  return [...counts].flatMap(([word, number]) => (number === 0 ? [] : `${number} ${word}`)).join(', ');
}

/** `nothing was written`, `1 write` */
export function writesInWords(writes: number): string {
  return writes === 0 ? 'nothing was written' : count(writes, 'write');
}

/** `Nobody was written to.` */
export function mailsInWords(mails: number): string {
  return mails === 0 ? 'Nobody was written to.' : `${count(mails, 'message')}.`;
}

/** Of how many things the busiest reader or calendar got: `one each` or `up to 2 each`. */
export function oneEach(most: number): string {
  return most <= 1 ? 'one each' : `up to ${most} each`;
}
