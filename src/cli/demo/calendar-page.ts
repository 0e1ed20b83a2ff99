/** The page of one person's calendar: what their own program shows, and small forms to be that person. */
import { escapeHtml } from '../../mail/layout.ts';
import type { Person } from '../../model/person.ts';
import { addDays, type When } from '../../model/when.ts';
import { diaryOf } from './acts.ts';
import type { Entry } from './diary.ts';
import type { DemoOffice } from './office.ts';
import { providerWords } from './providers.ts';
import { readSnapshot } from './readings.ts';
import { count, inWords } from './step.ts';

export type Page = Readonly<{ title: string; body: string }>;

export const calendarPath = (id: string) => `/demo/calendars/${encodeURIComponent(id)}`;

/** @param said what came of the last form; null: nothing was done just now */
export async function calendarPage(office: DemoOffice, person: Person, said: string | null): Promise<Page> {
  const { events } = await readSnapshot(office);
  const ours = new Set([...events.values()].map(event => event.uid));
  const diary = diaryOf(office, person.id);
  const entries = [...diary.entries()].sort((a, b) => (a.when.start < b.when.start ? -1 : 1));
  const rows = entries.map(entry => entryRow(person, entry, entry.uid !== null && ours.has(entry.uid)));
  const heads = ['When', 'What', 'Where', 'From', 'Do'].map(head => `<th scope="col">${head}</th>`).join('');
  const outcome = said === null ? '' : `<p id="did" class="outcome" role="status">${escapeHtml(said)}</p>`;
  const body = `<p>${escapeHtml(person.role)}. ${count(entries.length, 'entry', 'entries')}, as ${providerWords[diary.provider]} shows them. Here you are ${escapeHtml(person.name)}: what you change is changed in this calendar alone, and callboard finds it there.</p>
${outcome}${addForm(person)}
<div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  return { title: `Calendar of ${person.name} (${providerWords[diary.provider]})`, body };
}

function entryRow(person: Person, entry: Entry, isOurs: boolean): string {
  const { when, title, place, repeats } = entry;
  const cells = [inWords(when), `${title}${repeats ? ' (repeats)' : ''}`, place, isOurs ? 'the schedule' : 'their own'];
  const shown = cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('');
  return `<tr>${shown}<td><details><summary aria-label="Change ${escapeHtml(title)}">Change</summary>${changeForm(person, entry)}</details></td></tr>`;
}

function changeForm({ id: person }: Person, { id, title, when, repeats }: Entry): string {
  const times = repeats ? '<p>The title of all its dates.</p>' : timeFields(when);
  return `<form method="post" action="${calendarPath(person)}"><input type="hidden" name="id" value="${escapeHtml(id)}">
${field('Title', 'title', 'text', title)}${times}
<p><button name="do" value="change">Save</button> <button name="do" value="remove">Delete</button></p></form>`;
}

function addForm({ id, name }: Person): string {
  const fields = `${field('Title', 'title', 'text', '')}${field('Place', 'place', 'text', '', '')}`;
  const times = `${field('From', 'start', 'datetime-local', '')}${field('To', 'end', 'datetime-local', '')}`;
  return `<details><summary>Add an appointment of ${escapeHtml(name)}’s own</summary>
<form class="filter" method="post" action="${calendarPath(id)}">${fields}${times}<button name="do" value="add">Add</button></form></details>`;
}

function timeFields(when: When): string {
  if (when.kind === 'all-day') {
    return `${field('First day', 'start', 'date', when.start)}${field('Last day', 'end', 'date', addDays(when.end, -1))}`;
  }
  const [start, end] = [when.start.slice(0, 16), when.end.slice(0, 16)];
  return `${field('From', 'start', 'datetime-local', start)}${field('To', 'end', 'datetime-local', end)}`;
}

function field(label: string, name: string, type: string, value: string, needed = ' required'): string {
  return `<p><label>${label} <input type="${type}" name="${name}" value="${escapeHtml(value)}"${needed}></label></p>`;
}
