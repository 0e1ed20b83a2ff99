/** The linked calendars: state, last look, last trouble. Addresses and user names are not shown: they may be secret. */
import type { CalendarRow, CalendarState } from '../model/calendar.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { RunRecord } from '../store/store.ts';
import { type Html, html } from './html.ts';
import { officePage } from './layout.ts';
import type { PageParts } from './options.ts';
import { address, pageOf, pager } from './paging.ts';
import { listQuery, readQuery } from './query.ts';
import { mark, personWords, stamp, type Tone } from './words.ts';

const perPage = 100;

const tones: Readonly<Record<CalendarState, Tone>> = {
  ok: 'good',
  unread: 'wait',
  halted: 'bad',
  'needs-consent': 'bad',
  fault: 'bad',
};

export async function calendarsPage(parts: PageParts, given: unknown): Promise<Html> {
  const { page } = readQuery(listQuery, given);
  const sections = await parts.store.read(async r => {
    const found: Html[] = [];
    for (const { id } of await r.schedule.productions()) {
      const snapshot = await r.schedule.snapshot(id);
      const paged = pageOf([...(await r.calendars.all(id))].sort(troubleFirst), page ?? 1, perPage);
      const rows: Html[] = [];
      for (const row of paged.items) rows.push(calendarRow(row, await r.calendars.lastRuns(row.link.id, 1), snapshot));
      found.push(
        html`<section><h2>${snapshot.name}</h2>${
          rows.length === 0 ? html`<p>No calendar is linked; everyone is told by mail.</p>` : table(rows)
        }${pager(paged, to => address('/calendars', { page: to }))}</section>`,
      );
    }
    return found;
  });
  return officePage(parts, '/calendars', 'Calendars', [html`<h1>Calendars</h1>`, sections]);
}

function troubleFirst(a: CalendarRow, b: CalendarRow): number {
  const trouble = Number(b.state !== 'ok') - Number(a.state !== 'ok');
  return trouble || (a.link.id < b.link.id ? -1 : 1);
}

function table(rows: readonly Html[]): Html {
  const heads = ['Calendar', 'Person', 'At', 'State', 'Last good look', 'Last run'];
  return html`<div class="wide"><table><thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function calendarRow(row: CalendarRow, runs: readonly RunRecord[], snapshot: ScheduleSnapshot): Html {
  const { link, state, problem, lastSyncAt } = row;
  const [last] = runs;
  const carrier = link.carrier === 'invite' && link.mode !== 'busy' ? ', invited by mail' : '';
  return html`<tr><th scope="row">${link.id}</th><td>${personWords(link.person, snapshot)}</td><td>${link.provider}, ${link.mode}${carrier}</td>
<td>${mark(state, tones[state])}${problem ? html`<p>${problem}</p>` : null}</td><td>${lastSyncAt === null ? 'never' : stamp(lastSyncAt, snapshot.zone)}</td>
<td>${last ? runPart(last, snapshot) : null}</td></tr>`;
}

function runPart(run: RunRecord, { zone }: ScheduleSnapshot): Html {
  const work = `${run.created} made, ${run.updated} changed, ${run.deleted} removed, ${run.inbound} taken in, ${run.requests} requests`;
  return html`${stamp(run.endedAt, zone)}<p class="faint">${work}</p>${run.problem ? html`<p>${run.problem}</p>` : null}`;
}
