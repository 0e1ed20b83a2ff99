/** One event: what it is, whom it asks, how every copy of it fares, what became of it. */
import type { CalendarRow } from '../model/calendar.ts';
import type { EventVersion } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import { brandId, type EventId, type ProductionId } from '../model/ids.ts';
import { kinds } from '../model/kinds.ts';
import type { OutboxMessage } from '../model/message.ts';
import type { Reply } from '../model/reply.ts';
import { oneLine } from '../model/view.ts';
import { type Change, changesOf, linesOf } from './event-fields.ts';
import { type Asked, askedTo, type CopyReport, type EventMatter, straysOf } from './event-people.ts';
import { answersOf } from './event-replies.ts';
import { findingCard } from './findings-page.ts';
import { type Html, html } from './html.ts';
import { officePage } from './layout.ts';
import { messagesTable } from './messages-page.ts';
import type { PageParts } from './options.ts';
import { HttpError } from './problem.ts';
import { countWords, mark, stamp, webLink } from './words.ts';

const shownVersions = 50;
const shownMessages = 200;

type Found = EventMatter &
  Readonly<{
    history: readonly EventVersion[];
    replies: readonly Reply[];
    messages: readonly OutboxMessage[];
    findings: readonly Finding[];
  }>;

/** Throws HttpError `not-found`. */
export async function eventPage(parts: PageParts, given: Readonly<{ production: string; id: string }>): Promise<Html> {
  const found = await findEvent(parts, brandId<ProductionId>(given.production), brandId<EventId>(given.id));
  const { snapshot, event } = found;
  const { content } = event.published ?? event;
  const title = oneLine(content.title) || event.id;
  return officePage(parts, '/', title, [
    html`<p class="crumb"><a href="/?production=${encodeURIComponent(snapshot.production)}">${snapshot.name}</a></p>`,
    html`<h1>${title}</h1><p>${kinds[content.kind].name} ${event.id}, ${mark(content.status, content.status === 'cancelled' ? 'bad' : 'plain')}</p>`,
    publishingPart(found),
    found.findings.length === 0
      ? null
      : html`<section><h2>Waits for a decision</h2>${found.findings.map(one => findingCard(one, snapshot))}</section>`,
    factsPart(found),
    peoplePart(found),
    historyPart(found),
    messagesPart(found),
  ]);
}

async function findEvent(parts: PageParts, production: ProductionId, id: EventId): Promise<Found> {
  return await parts.store.read(async r => {
    const productions = await r.schedule.productions();
    if (!productions.some(one => one.id === production))
      throw new HttpError('not-found', 'There is no such production.');
    const snapshot = await r.schedule.snapshot(production);
    const event = snapshot.events.get(id);
    if (!event) throw new HttpError('not-found', 'There is no such event.');
    return {
      snapshot,
      event,
      calendars: await r.calendars.all(production),
      copies: await r.copies.copiesOfEvent(production, id),
      history: await r.schedule.history(production, id),
      replies: await r.replies.of(production, id),
      messages: (await r.mail.messages(production)).filter(message => message.event === id),
      findings: (await r.findings.list(production, 'open')).filter(finding => finding.event === id),
      now: parts.runtime.now(),
    };
  });
}

function publishingPart({ event, snapshot }: Found): Html | null {
  if (event.published === null) return html`<p class="outcome">Never published: no calendar and no mail shows it.</p>`;
  if (event.published.version === event.version) return null;
  const changes = changesOf(event.published.content, event.content, snapshot);
  return html`<section class="outcome"><h2>Not published yet</h2><p>Calendars and mails show version ${event.published.version}; the newest is ${event.version}.</p>${changesTable(changes)}</section>`;
}

function factsPart({ event, snapshot }: Found): Html {
  const { content } = event.published ?? event;
  const rows = linesOf(content, snapshot)
    .filter(({ name }) => !['Title', 'Kind', 'Status', 'Required', 'Optional'].includes(name))
    .map(
      ({ name, lines }) =>
        html`<dt>${name}</dt><dd>${lines.map(line => html`<p>${name === 'Online' ? webLink(line) : line}</p>`)}</dd>`,
    );
  const kept = html`<dt>Version</dt><dd>${event.version}, ${stamp(event.updatedAt, snapshot.zone)} by ${event.updatedBy}</dd>`;
  return html`<section aria-labelledby="facts"><h2 id="facts">Details</h2><dl class="facts">${rows}${kept}</dl></section>`;
}

function peoplePart(found: Found): Html {
  const asked = askedTo(found);
  const strays = straysOf(found, asked);
  const names = new Map<string, CalendarRow>(found.calendars.map(row => [row.link.id, row]));
  const others =
    strays.length === 0
      ? null
      : html`<h3>In calendars of people not asked</h3><ul>${strays.map(copy => html`<li>${copyWords(copy, names)}</li>`)}</ul>`;
  return html`<section aria-labelledby="people"><h2 id="people">Who is asked (${countWords(asked.length, 'person', 'people')})</h2>
<div class="wide"><table><thead><tr><th scope="col">Person</th><th scope="col">Asked</th><th scope="col">Their calendar</th><th scope="col">Answer</th></tr></thead>
<tbody>${asked.map(one => personRow(one, names, answersOf(one.person.id, found.replies, found)))}</tbody></table></div>${others}</section>`;
}

function personRow(
  { person, attendance, copies }: Asked,
  names: ReadonlyMap<string, CalendarRow>,
  answers: Html,
): Html {
  const ways = [...(attendance.byName ? ['by name'] : []), ...attendance.via.map(group => `via ${group}`)].join(', ');
  return html`<tr><th scope="row">${oneLine(person.name) || person.id} <span class="faint">${person.id}</span></th>
<td>${attendance.role}, ${ways}</td><td>${copies.map(copy => html`<p>${copyWords(copy, names)}</p>`)}</td><td>${answers}</td></tr>`;
}

function copyWords(copy: CopyReport, names: ReadonlyMap<string, CalendarRow>): Html {
  const row = copy.calendar === null ? undefined : names.get(copy.calendar);
  return html`${mark(copy.state, copy.tone)}${copy.reason ? ` ${copy.reason}` : ''}${row ? html` <span class="faint">${row.link.id}</span>` : null}`;
}

function historyPart({ history, snapshot }: Found): Html {
  const versions = [...history].sort((a, b) => a.version - b.version);
  const steps = versions.map((version, index) => {
    const before = versions[index - 1];
    const changes = before ? changesOf(before.content, version.content, snapshot) : null;
    const what = changes === null ? html`<p>Entered.</p>` : changesTable(changes);
    return html`<li><p><strong>Version ${version.version}</strong>, ${stamp(version.at, snapshot.zone)}, by ${version.by} (${version.source})</p>${what}</li>`;
  });
  const cut = steps.length - shownVersions;
  return html`<section aria-labelledby="history"><h2 id="history">History</h2><ol class="history" reversed>${steps.reverse().slice(0, shownVersions)}</ol>
${cut > 0 ? html`<p>${countWords(cut, 'older version')} not shown.</p>` : null}</section>`;
}

function changesTable(changes: readonly Change[]): Html {
  if (changes.length === 0) return html`<p>No field changed.</p>`;
  const lines = (list: readonly string[]) =>
    list.length === 0 ? html`<span class="faint">none</span>` : list.map(line => html`<p>${line}</p>`);
  const rows = changes.map(
    ({ name, old, now }) => html`<tr><th scope="row">${name}</th><td>${lines(old)}</td><td>${lines(now)}</td></tr>`,
  );
  return html`<div class="wide"><table class="changes"><thead><tr><th scope="col">Field</th><th scope="col">Was</th><th scope="col">Now</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function messagesPart({ messages, snapshot }: Found): Html {
  return html`<section aria-labelledby="messages"><h2 id="messages">Messages about it</h2>${
    messages.length === 0 ? html`<p>None.</p>` : messagesTable(messages.slice(0, shownMessages), snapshot)
  }${messages.length > shownMessages ? html`<p>${countWords(messages.length - shownMessages, 'older message')} not shown.</p>` : null}</section>`;
}
