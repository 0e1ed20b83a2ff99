/** The first page: how a production fares, and its schedule as published, week by week. */
import { dayWords } from '../mail/words.ts';
import { eventKinds } from '../model/event.ts';
import { attendanceOf } from '../model/groups.ts';
import { kinds } from '../model/kinds.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { oneLine } from '../model/view.ts';
import { addDays, type LocalDate, localAt } from '../model/when.ts';
import { actionsPart, type Said } from './actions.ts';
import { type DiaryEntry, type DiaryQuery, diaryOf, openingWeek } from './diary.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type Html, html, type Part } from './html.ts';
import { officePage } from './layout.ts';
import type { PageParts } from './options.ts';
import { address, pageOf, pager } from './paging.ts';
import { HttpError } from './problem.ts';
import { readQuery, type ScheduleQuery, scheduleQuery } from './query.ts';
import { countWords, eventPath, mark, timeWords } from './words.ts';

const entriesPerPage = 200;
const maxDays = 366;
const marks = { pencilled: 'wait', idea: 'wait', changed: 'wait', cancelled: 'bad' } as const;

type Shown = Readonly<{ snapshot: ScheduleSnapshot; query: ScheduleQuery; days: DiaryQuery; today: LocalDate }>;

/** Throws HttpError for a query that means nothing. */
export async function schedulePage(parts: PageParts, given: unknown, said: Said): Promise<Html> {
  const query = readQuery(scheduleQuery, given);
  const found = await parts.store.read(async r => {
    const productions = await r.schedule.productions();
    const chosen = query.production ?? productions[0]?.id;
    if (chosen === undefined) return null;
    if (!productions.some(({ id }) => id === chosen)) throw new HttpError('not-found', 'There is no such production.');
    const snapshot = await r.schedule.snapshot(chosen);
    return { productions, snapshot, figures: await figuresOf(r, chosen, snapshot) };
  });
  if (found === null)
    return officePage(parts, '/', 'Schedule', html`<h1>Schedule</h1><p>There is no production yet.</p>`);
  const { productions, snapshot, figures } = found;
  const today = localAt(parts.runtime.now(), snapshot.zone).slice(0, 10) as LocalDate;
  const shown: Shown = { snapshot, query, days: daysOf(snapshot, query, today), today };
  return officePage(parts, '/', snapshot.name, [
    productions.length > 1 ? switcher(productions, snapshot) : null,
    html`<h1>${snapshot.name}</h1>`,
    figuresPart(figures, snapshot),
    actionsPart(parts.actions ?? [], query.did, said),
    filterForm(shown),
    diaryPart(shown),
  ]);
}

/** The days asked for, else the week in which there is next something to see. */
function daysOf(snapshot: ScheduleSnapshot, query: ScheduleQuery, today: LocalDate): DiaryQuery {
  const { person, kind } = query;
  if (person !== null && !snapshot.people.has(person)) throw new HttpError('not-found', 'There is no such person.');
  const from =
    query.from ?? (query.to === null ? openingWeek(snapshot, today, { person, kind }) : addDays(query.to, -6));
  const to = query.to ?? addDays(from, 6);
  if (to < from) throw new HttpError('bad-request', 'The last day must not be before the first.');
  if (addDays(from, maxDays) <= to) throw new HttpError('bad-request', `At most ${maxDays} days can be shown at once.`);
  return { from, to, person, kind };
}

function switcher(productions: readonly Readonly<{ id: string; name: string }>[], snapshot: ScheduleSnapshot): Html {
  const links = productions.map(({ id, name }) =>
    id === snapshot.production
      ? html`<li><a aria-current="page" href="${address('/', { production: id })}">${name}</a></li>`
      : html`<li><a href="${address('/', { production: id })}">${name}</a></li>`,
  );
  return html`<nav class="switch" aria-label="Productions"><ul>${links}</ul></nav>`;
}

function figuresPart(figures: Figures, { zone }: ScheduleSnapshot): Html {
  const states = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([state, count]) => `${count.toLocaleString('en-GB')} ${state}`).join(', ') || 'none';
  const unpublished = figures.unpublished === 0 ? '' : `, ${figures.unpublished} with unpublished changes`;
  const tile = (name: string, value: Part) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="tiles">${[
    tile('Events', `${figures.events.toLocaleString('en-GB')}${unpublished}`),
    tile('People', figures.people),
    tile('Calendars', html`<a href="/calendars">${states(figures.calendars)}</a>`),
    tile('Open findings', html`<a href="/findings">${figures.openFindings}</a>`),
    tile('Messages waiting', html`<a href="/messages">${states(figures.messages)}</a>`),
    tile('Times', zone),
  ]}</dl>`;
}

function filterForm({ snapshot, query, days }: Shown): Html {
  const people = [...snapshot.people.values()]
    .map(({ id, name }) => ({ id, name: oneLine(name) || id }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en-GB'));
  const option = (value: string, words: string, chosen: string | null) =>
    value === chosen
      ? html`<option value="${value}" selected>${words}</option>`
      : html`<option value="${value}">${words}</option>`;
  return html`<form class="filter" method="get" action="/" aria-label="What to show">
${query.production === null ? null : html`<input type="hidden" name="production" value="${query.production}">`}
<label>From <input type="date" name="from" value="${query.from ?? ''}"></label>
<label>To <input type="date" name="to" value="${query.to ?? ''}"></label>
<label>Person <select name="person"><option value="">Everyone</option>${people.map(({ id, name }) => option(id, `${name} (${id})`, days.person))}</select></label>
<label>Kind <select name="kind"><option value="">All kinds</option>${eventKinds.map(kind => option(kind, kinds[kind].name, days.kind))}</select></label>
<button>Show</button> <a href="${address('/', { production: query.production })}">Show all</a></form>`;
}

function diaryPart(shown: Shown): Html {
  const { snapshot, query, days } = shown;
  const entries = diaryOf(snapshot, days);
  const paged = pageOf(entries, query.page ?? 1, entriesPerPage);
  const { production, person, kind } = query;
  const span = Temporal.PlainDate.from(days.from).until(days.to).days + 1;
  const at = (from: LocalDate, to: LocalDate, page: number | null) =>
    address('/', { production, from, to, person, kind, page });
  const moved = (by: number) => at(addDays(days.from, by), addDays(days.to, by), null);
  const unit = span === 7 ? 'week' : countWords(span, 'day');
  const byDay = Map.groupBy(paged.items, entry => entry.day);
  return html`<section class="diary" aria-labelledby="diary"><h2 id="diary">${dayWords(days.from)} to ${dayWords(days.to)}</h2>
<nav class="pager" aria-label="Days"><a rel="prev" href="${moved(-span)}">Previous ${unit}</a> <span>${countWords(entries.length, 'entry', 'entries')}</span> <a rel="next" href="${moved(span)}">Next ${unit}</a></nav>
${entries.length === 0 ? html`<p>Nothing is published for these days.</p>` : null}
${[...byDay].map(([day, list]) => dayPart(day, list, shown))}
${pager(paged, page => at(days.from, days.to, page))}</section>`;
}

function dayPart(day: LocalDate, entries: readonly DiaryEntry[], shown: Shown): Html {
  const today = day === shown.today ? html` ${mark('today', 'good')}` : null;
  return html`<section class="day"><h3>${dayWords(day)}${today}</h3><ul>${entries.map(entry => entryPart(entry, shown.snapshot))}</ul></section>`;
}

function entryPart(entry: DiaryEntry, snapshot: ScheduleSnapshot): Html {
  const { event, content, when, day, title, venue, isCancelled } = entry;
  const place =
    venue === null ? (content.onlineUrl ? 'Online' : '') : oneLine(snapshot.venues.get(venue)?.name ?? venue);
  const status = isCancelled ? 'cancelled' : content.status;
  const tone = Object.entries(marks).find(([state]) => state === status)?.[1];
  return html`<li class="${isCancelled ? 'off' : 'on'}"><span class="time">${timeWords(when, day, snapshot.zone)}</span>
<span class="what"><a href="${eventPath(event.production, event.id)}">${title || event.id}</a> <span class="kind">${kinds[content.kind].name}</span>${[
    tone ? html` ${mark(status, tone)}` : null,
    entry.occurrence === null ? null : html` <span class="faint">repeats</span>`,
    event.published?.version === event.version ? null : html` ${mark('unpublished changes', 'wait')}`,
    content.tier >= 'P3' ? html` ${mark(`private ${content.tier}`, 'plain')}` : null,
  ]}</span>
<span class="where">${place}</span><span class="count">${countWords(attendanceOf(content, snapshot).length, 'person', 'people')}</span></li>`;
}
