/** Plain pages of what only the demo has: each person's sandbox calendar, and every mailbox. */
import type { Delivered } from '../../../connectors/sandbox/mailbox.ts';
import type { DaemonOptions } from '../../daemon.ts';
import { escapeHtml } from '../../mail/layout.ts';
import type { Person } from '../../model/person.ts';
import { diaryOf } from './acts.ts';
import type { Touring } from './buttons.ts';
import { calendarPage, calendarPath, type Page } from './calendar-page.ts';
import { actByHand } from './hand.ts';
import type { DemoOffice } from './office.ts';
import { providerWords } from './providers.ts';
import { readSnapshot } from './readings.ts';
import { count } from './step.ts';

type Pages = NonNullable<DaemonOptions['pages']>;
type Asked = { Params: { of?: string }; Querystring: Readonly<Record<string, unknown>> };

/** How many of the newest mails the list shows. */
const shownMails = 200;
const notFound: Page = { title: 'Not found', body: '<p>There is no such page.</p>' };
const stillTouring = 'Nothing was done: the tour on the terminal is still running. Please try again when it is over.';

/** `/demo`, `/demo/calendars/:person` with its forms, `/demo/mailbox`, `/demo/mailbox/:number`. */
export function demoPages(demo: () => DemoOffice, state: Readonly<Touring>): Pages {
  /** By person, what came of their last form. Kept here and not in the address, where anyone could write it. */
  const said = new Map<string, string>();
  return instance => {
    const page = (path: string, body: (of: string, query: Asked['Querystring']) => Promise<Page | null>) =>
      instance.get<Asked>(path, async (request, reply) => {
        const found = await body(request.params.of ?? '', request.query);
        return reply
          .code(found ? 200 : 404)
          .headers(asPage)
          .send(frame(found ?? notFound));
      });
    page('/demo', () => overview(demo()));
    page('/demo/calendars/:of', async (of, { did }) => {
      const person = await ownerOf(demo(), of);
      return person && (await calendarPage(demo(), person, did === undefined ? null : (said.get(of) ?? null)));
    });
    page('/demo/mailbox', async () => mailboxPage(demo()));
    page('/demo/mailbox/:of', async number => mailPage(demo(), Number(number)));
    instance.post<Asked>('/demo/calendars/:of', async (request, reply) => {
      const person = await ownerOf(demo(), request.params.of ?? '');
      if (person === null) return reply.code(404).headers(asPage).send(frame(notFound));
      said.set(person.id, state.isTouring ? stillTouring : await actByHand(demo(), person, request.body));
      return reply.redirect(`${calendarPath(person.id)}?did=1#did`, 303);
    });
  };
}

const asPage = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };

async function ownerOf(office: DemoOffice, id: string): Promise<Person | null> {
  const { people } = await readSnapshot(office);
  return [...people.values()].find(one => one.id === id && office.diaries.has(one.id)) ?? null;
}

function frame({ title, body }: Page): string {
  return `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/style.css"></head>
<body><main><p><a href="/">Office page</a> · <a href="/demo">Calendars</a> · <a href="/demo/mailbox">Mailboxes</a></p>
<h1>${escapeHtml(title)}</h1>${body}</main></body></html>
`;
}

async function overview(office: DemoOffice): Promise<Page> {
  const { people } = await readSnapshot(office);
  const owners = [...people.values()].filter(person => office.diaries.has(person.id));
  const groups = Map.groupBy(owners, person => diaryOf(office, person.id).provider);
  const lists = [...groups].map(
    ([provider, those]) => `<h2>${providerWords[provider]}</h2><ul>${those.map(ownerItem).join('')}</ul>`,
  );
  const intro = `<p>${owners.length} people keep a calendar in this demo. This is what each of them sees in their own program, and where you can be any of them.</p>`;
  return { title: 'Calendars of the demo', body: intro + lists.join('') };
}

const ownerItem = ({ id, name, role }: Person) =>
  `<li><a href="${calendarPath(id)}">${escapeHtml(name)}</a>, ${escapeHtml(role)}</li>`;

function mailboxPage({ mailbox }: DemoOffice): Page {
  const all = mailbox.all();
  const rows = all
    .slice(-shownMails)
    .reverse()
    .map(({ number, mail }) => {
      const link = `<a href="/demo/mailbox/${number}">${escapeHtml(mail.subject)}</a>`;
      return `<tr><td>${number}</td><td>${escapeHtml(mail.to)}</td><td>${link}</td><td>${mail.calendar === null ? '' : 'invitation'}</td></tr>`;
    });
  const intro = `<p>${count(all.length, 'message')} so far, the newest first${all.length > shownMails ? `; the last ${shownMails} are shown` : ''}.</p>`;
  return { title: 'Mailboxes of the demo', body: intro + table(['No.', 'To', 'Subject', ''], rows) };
}

function mailPage({ mailbox }: DemoOffice, number: number): Page | null {
  const found = mailbox.all().find(one => one.number === number);
  return found ? { title: found.mail.subject, body: mailBody(found) } : null;
}

function mailBody({ address, mail }: Delivered): string {
  const part = mail.calendar
    ? `<h2>Calendar part (${mail.calendar.method})</h2><pre>${escapeHtml(mail.calendar.ics)}</pre>`
    : '';
  return `<p>From ${escapeHtml(mail.from)} to ${escapeHtml(address)}</p><pre>${escapeHtml(mail.text)}</pre>${part}`;
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map(one => `<th scope="col">${escapeHtml(one)}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
