/** Small pieces that the pages share: times, counts, names, marks. Pure. */
import { dayWords, stampWords, whenWords } from '../mail/words.ts';
import type { Directory } from '../model/groups.ts';
import type { Instant, PersonId } from '../model/ids.ts';
import { oneLine } from '../model/view.ts';
import type { When, ZoneName } from '../model/when.ts';
import { type Html, html } from './html.ts';

/** `1 event`, `2,500 events`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** An instant as the production's clocks show it. */
export function stamp(at: Instant, zone: ZoneName): Html {
  const iso = Temporal.Instant.fromEpochMilliseconds(at).toString();
  return html`<time datetime="${iso}">${stampWords(at, zone)}</time>`;
}

/** The time of an entry that stands under the heading of `day`; the date is said only where it is another. */
export function timeWords(when: When, day: string, zone: ZoneName): string {
  const words = whenWords(when, zone);
  const heading = `${dayWords(day)}, `;
  return words.startsWith(heading) ? words.slice(heading.length) : words;
}

/** `Idris Calloway (C02)`; who is no longer on the unit list only by id. */
export function personWords(id: PersonId, { people }: Pick<Directory, 'people'>): string {
  const name = oneLine(people.get(id)?.name ?? '');
  return name ? `${name} (${id})` : id;
}

/** A link, if it leads to the web; anything else typed there is text. */
export function webLink(url: string): Html {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return html`${url}`;
  return html`<a href="${parsed.href}" rel="noreferrer">${url}</a>`;
}

export function eventPath(production: string, id: string): string {
  return `/events/${encodeURIComponent(production)}/${encodeURIComponent(id)}`;
}

export type Tone = 'good' | 'wait' | 'bad' | 'plain';

/** A word with a colour; the word says all, the colour only helps. */
export function mark(word: string, tone: Tone): Html {
  return html`<span class="mark ${tone}">${word}</span>`;
}
