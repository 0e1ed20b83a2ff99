/** The outbox, and one message as its reader gets it. */

import { carriersFrom } from '../mail/carriers.ts';
import { ComposeError, composeMail } from '../mail/compose.ts';
import { brandId, type OutboxId } from '../model/ids.ts';
import type { Mail, MessageKind, MessageState, OutboxMessage } from '../model/message.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Repositories } from '../store/store.ts';
import { type Html, html } from './html.ts';
import { officePage } from './layout.ts';
import type { PageParts } from './options.ts';
import { address, pageOf, pager } from './paging.ts';
import { HttpError } from './problem.ts';
import { listQuery, readQuery } from './query.ts';
import { eventPath, mark, personWords, stamp, type Tone } from './words.ts';

const perPage = 100;

const tones: Readonly<Record<MessageState, Tone>> = {
  held: 'wait',
  due: 'wait',
  sending: 'wait',
  sent: 'good',
  failed: 'bad',
  unknown: 'bad',
  dropped: 'plain',
};

const kindNames: Readonly<Record<MessageKind, string>> = {
  invite: 'Invitation',
  update: 'Update',
  cancel: 'Cancellation',
};

export async function messagesPage(parts: PageParts, given: unknown): Promise<Html> {
  const { page } = readQuery(listQuery, given);
  const sections = await parts.store.read(async r => {
    const found: Html[] = [];
    for (const { id } of await r.schedule.productions()) {
      const paged = pageOf(await r.mail.messages(id), page ?? 1, perPage);
      const snapshot = await r.schedule.snapshot(id);
      const list =
        paged.items.length === 0 ? html`<p>Nothing has been written yet.</p>` : messagesTable(paged.items, snapshot);
      found.push(
        html`<section><h2>${snapshot.name}</h2>${list}${pager(paged, to => address('/messages', { page: to }))}</section>`,
      );
    }
    return found;
  });
  const hint = html`<p>A batch that waits for release goes with <code>callboard mail release --all</code>.</p>`;
  return officePage(parts, '/messages', 'Messages', [html`<h1>Messages</h1>`, hint, sections]);
}

export function messagesTable(messages: readonly OutboxMessage[], snapshot: ScheduleSnapshot): Html {
  const rows = messages.map(message => {
    const event = snapshot.events.get(message.event);
    const title = message.statement?.title ?? (event?.published ?? event)?.content.title ?? message.event;
    const waits =
      message.waitsFor === 'release' ? 'for release' : message.waitsFor === 'quiet' ? 'for the quiet period' : '';
    return html`<tr><td>${stamp(message.createdAt, snapshot.zone)}</td><td>${personWords(message.reader.person, snapshot)}</td>
<td><a href="/messages/${encodeURIComponent(message.id)}">${kindNames[message.kind]}</a></td><td><a href="${eventPath(message.production, message.event)}">${title}</a></td>
<td>${mark(message.state, tones[message.state])} ${waits}${message.problem ? html`<p>${message.problem}</p>` : null}</td><td>${message.sentAt === null ? null : stamp(message.sentAt, snapshot.zone)}</td></tr>`;
  });
  return html`<div class="wide"><table><thead><tr><th scope="col">Written</th><th scope="col">To</th><th scope="col">Kind</th><th scope="col">Event</th><th scope="col">State</th><th scope="col">Sent</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Throws HttpError `not-found`. */
export async function messagePage(parts: PageParts, id: string): Promise<Html> {
  return await parts.store.read(async r => {
    const message = await r.mail.message(brandId<OutboxId>(id));
    if (!message) throw new HttpError('not-found', 'There is no such message.');
    const snapshot = await r.schedule.snapshot(message.production);
    const mail = message.mail ?? (await draftOf(parts, r, message, snapshot));
    const facts = [
      ['To', personWords(message.reader.person, snapshot)],
      ['About', personWords(message.reader.about, snapshot)],
      ['Event version', String(message.version)],
      ['Sequence', String(message.sequence)],
      ['Message-ID', message.messageId],
      ['Tries', String(message.tries)],
      ['Problem', message.problem ?? 'none'],
    ].map(([name = '', value = '']) => html`<dt>${name}</dt><dd>${value}</dd>`);
    return officePage(parts, '/messages', kindNames[message.kind], [
      html`<p class="crumb"><a href="/messages">Messages</a></p><h1>${kindNames[message.kind]} ${mark(message.state, tones[message.state])}</h1>`,
      html`<dl class="facts"><dt>Event</dt><dd><a href="${eventPath(message.production, message.event)}">${message.event}</a></dd>${facts}</dl>`,
      mailPart(mail, message),
    ]);
  });
}

/** A message that still waits, as it would be sent now; a sentence where it cannot be. */
async function draftOf(
  parts: PageParts,
  r: Repositories,
  message: OutboxMessage,
  snapshot: ScheduleSnapshot,
): Promise<Mail | string> {
  const { office, runtime } = parts;
  if (!office) return 'It is written when it is sent.';
  const { reader } = message;
  const told = (await r.mail.toldOf(message.production, message.event)).find(
    one => one.reader.person === reader.person && one.reader.about === reader.about,
  );
  const carriers = carriersFrom((await r.calendars.all(message.production)).map(({ link }) => link));
  try {
    return composeMail({ message, told: told ?? null, snapshot, carriers, office, now: runtime.now() });
  } catch (error) {
    if (error instanceof ComposeError) return `It cannot be written: ${error.message}.`;
    throw error;
  }
}

function mailPart(mail: Mail | string, { mail: sent }: OutboxMessage): Html {
  if (typeof mail === 'string') return html`<p>${mail}</p>`;
  return html`<section aria-labelledby="text"><h2 id="text">${sent === null ? 'As it would be sent now' : 'As it is sent'}</h2>
<dl class="facts"><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to}</dd><dt>Subject</dt><dd>${mail.subject}</dd>
<dt>Calendar part</dt><dd>${mail.calendar === null ? 'none' : mail.calendar.method}</dd></dl><pre>${mail.text}</pre></section>`;
}
