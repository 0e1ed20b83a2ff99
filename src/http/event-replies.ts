/** What each person has answered, in words. Pure. */
import { whenWords } from '../mail/words.ts';
import type { PersonId } from '../model/ids.ts';
import type { Answer, Reply, ReplySource } from '../model/reply.ts';
import type { ReplyMatter } from '../schedule/reply-cards.ts';
import { newestOf, standing } from '../schedule/reply-standing.ts';
import { occurrenceWords } from './event-fields.ts';
import { type Html, html } from './html.ts';
import { mark, personWords, stamp, type Tone } from './words.ts';

const tones: Readonly<Record<Answer, Tone>> = { accepted: 'good', tentative: 'wait', declined: 'bad' };
const ways: Readonly<Record<ReplySource, string>> = {
  mail: 'by mail',
  calendar: 'in their calendar',
};

/** Their newest answer, and those to single dates; an answer to an earlier time or place says so. */
export function answersOf(person: PersonId, replies: readonly Reply[], matter: ReplyMatter): Html {
  const own = newestOf(replies).filter(reply => reply.person === person);
  if (own.length === 0) return html`<span class="faint">none yet</span>`;
  return html`${own.map(reply => html`<p>${answerWords(reply, matter)}</p>`)}`;
}

function answerWords(reply: Reply, matter: ReplyMatter): Html {
  const { snapshot, event, history } = matter;
  const { answer, version, occurrence, proposed, comment, by, person, source, at } = reply;
  const stands = standing(reply, event, history) === 'current';
  const word = stands
    ? mark(answer, tones[answer])
    : html`${mark(`${answer} version ${version}`, 'wait')}, before it moved`;
  const further = [
    ...(occurrence === null ? [] : [` ${occurrenceWords(occurrence)}`]),
    ...(by === person ? [] : [`, by ${personWords(by, snapshot)}`]),
    ...(proposed === null ? [] : [`; proposes ${whenWords(proposed, snapshot.zone)}`]),
    ...(comment === '' ? [] : [`: “${comment}”`]),
  ];
  return html`${word}${further} <span class="faint">${ways[source]}, ${stamp(at, snapshot.zone)}</span>`;
}
