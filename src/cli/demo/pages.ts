/** Plain pages of what only the demo has: each person's sandbox calendar, and every mailbox. */
import type { Delivered } from '../../../connectors/sandbox/mailbox.ts';
import type { DaemonOptions } from '../../daemon.ts';
import { escapeHtml } from '../../mail/layout.ts';
import type { Person } from '../../model/person.ts';
import { calendarOf } from './acts.ts';
import { entryOf } from './diary.ts';
import type { DemoOffice } from './office.ts';
import { readSnapshot } from './readings.ts';
import { count, inWords } from './step.ts';

type Pages = NonNullable<DaemonOptions['pages']>;

/** How many of the newest mails the list shows. */
const shownMails = 200;

/** `/demo`, `/demo/calendars/:person`, `/demo/mailbox`, `/demo/mailbox/:number`. */
export function demoPages(demo: () => DemoOffice): Pages {
  return instance => {
    const page = (path: string, body: (of: string) => Promise<Page | null>) =>
      instance.get<{ Params: { of?: string } }>(path, async (request, reply) => {
        const found = await body(request.params.of ?? '');
        const text = frame(found ?? { title: 'Not found', body: '<p>There is no such page.</p>' });
        return reply
          .code(found ? 200 : 404)
          .type('text/html; charset=utf-8')
          .header('cache-control', 'no-store')
          .send(text);
      });
    page('/demo', () => overview(demo()));
    page('/demo/calendars/:of', person => calendarPage(demo(), person));
    page('/demo/mailbox', async () => mailboxPage(demo()));
    page('/demo/mailbox/:of', async number => mailPage(demo(), Number(number)));
  };
}

type Page = Readonly<{ title: string; body: string }>;

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
  const item = (person: Person) =>
    `<li><a href="/demo/calendars/${encodeURIComponent(person.id)}">${escapeHtml(person.name)}</a>, ${escapeHtml(person.role)}</li>`;
  const list = [...people.values()].filter(person => office.linked.has(person.id)).map(item);
  const intro = `<p>${list.length} people keep a calendar in this demo. This is what each of them sees in their own program.</p>`;
  return { title: 'Calendars of the demo', body: `${intro}<ul>${list.join('')}</ul>` };
}

async function calendarPage(office: DemoOffice, id: string): Promise<Page | null> {
  const { people } = await readSnapshot(office);
  const person = [...people.values()].find(one => one.id === id && office.linked.has(one.id));
  if (person === undefined) return null;
  const entries = calendarOf(office, person.id)
    .state.items()
    .map(item => entryOf(item.content))
    .sort((a, b) => (a.when.start < b.when.start ? -1 : 1));
  const rows = entries.map(({ when, title, place, rule }) =>
    row([inWords(when), `${title}${rule === null ? '' : ' (repeats)'}`, place]),
  );
  const intro = `<p>${escapeHtml(person.role)}. ${count(entries.length, 'entry', 'entries')}.</p>`;
  return { title: `Calendar of ${person.name}`, body: intro + table(['When', 'What', 'Where'], rows) };
}

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

const row = (cells: readonly string[]) => `<tr>${cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
