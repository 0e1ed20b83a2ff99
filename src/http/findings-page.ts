/** What waits for a decision, and what was decided lately. Deciding is done with the command that is shown. */
import type { Finding, FindingKind } from '../model/finding.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { commandFor, fieldName, optionsOf, valueWords } from './finding-words.ts';
import { type Html, html } from './html.ts';
import { officePage } from './layout.ts';
import type { PageParts } from './options.ts';
import { address, pageOf, pager } from './paging.ts';
import { listQuery, readQuery } from './query.ts';
import { eventPath, mark, personWords, stamp, type Tone } from './words.ts';

const perPage = 50;
const shownDecided = 20;

const tones: Readonly<Record<FindingKind, Tone>> = {
  conflict: 'bad',
  proposal: 'wait',
  removal: 'wait',
  restored: 'plain',
  'orphaned-edit': 'bad',
  brake: 'bad',
  reply: 'wait',
  item: 'plain',
};

type Known = Readonly<{ finding: Finding; snapshot: ScheduleSnapshot }>;

export async function findingsPage(parts: PageParts, given: unknown): Promise<Html> {
  const { page } = readQuery(listQuery, given);
  const all = await parts.store.read(async r => {
    const found: Known[][] = [];
    for (const { id } of await r.schedule.productions()) {
      const snapshot = await r.schedule.snapshot(id);
      found.push((await r.findings.list(id)).map(finding => ({ finding, snapshot })));
    }
    return found.flat();
  });
  const open = all.filter(({ finding }) => finding.state === 'open').sort(newestFirst);
  const done = all
    .filter(({ finding }) => finding.state !== 'open')
    .sort(newestFirst)
    .slice(0, shownDecided);
  const paged = pageOf(open, page ?? 1, perPage);
  const cards = (list: readonly Known[]) => list.map(({ finding, snapshot }) => findingCard(finding, snapshot));
  return officePage(parts, '/findings', 'Findings', [
    html`<h1>Findings</h1><section aria-labelledby="open"><h2 id="open">Open (${open.length})</h2>${
      open.length === 0 ? html`<p>Nothing waits for a decision.</p>` : cards(paged.items)
    }${pager(paged, to => address('/findings', { page: to }))}</section>`,
    html`<section aria-labelledby="done"><h2 id="done">Decided or closed lately</h2>${
      done.length === 0 ? html`<p>Nothing yet.</p>` : cards(done)
    }</section>`,
  ]);
}

const newestFirst = (a: Known, b: Known) => b.finding.changedAt - a.finding.changedAt;

/** One finding with both sides and what was before; an open one with its choices. */
export function findingCard(finding: Finding, snapshot: ScheduleSnapshot): Html {
  const { zone } = snapshot;
  const facts = [
    html`<span>${mark(finding.kind, tones[finding.kind])}</span>`,
    finding.event === null
      ? null
      : html`<span><a href="${eventPath(finding.production, finding.event)}">Event ${finding.event}</a></span>`,
    finding.person === null ? null : html`<span>${personWords(finding.person, snapshot)}</span>`,
    finding.calendar === null ? null : html`<span>Calendar ${finding.calendar}</span>`,
    html`<span>${finding.openedAt === finding.changedAt ? 'opened' : 'changed'} ${stamp(finding.changedAt, zone)}</span>`,
  ];
  return html`<article class="card"><h3>${finding.title}</h3><p class="line">${facts}</p>${sidesTable(finding, snapshot)}${endPart(finding, snapshot)}</article>`;
}

function sidesTable({ met, kind }: Finding, { zone }: ScheduleSnapshot): Html | null {
  if (met.length === 0) return null;
  const theirs = kind === 'reply' ? 'They propose' : 'Their calendar';
  const rows = met.map(
    one =>
      html`<tr><th scope="row">${fieldName(one)}</th><td>${valueWords(one.base, zone)}</td><td>${valueWords(one.ours, zone)}</td><td>${valueWords(one.theirs, zone)}</td></tr>`,
  );
  return html`<div class="wide"><table class="sides"><thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">Schedule</th><th scope="col">${theirs}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function endPart(finding: Finding, { zone }: ScheduleSnapshot): Html {
  const { decided, state } = finding;
  if (decided !== null) {
    const words = optionsOf(finding).find(({ choice }) => choice === decided.choice)?.words;
    return html`<p>Decided ${stamp(decided.at, zone)} by ${decided.by}: ${decided.choice}${words ? `, ${words}` : ''}.</p>`;
  }
  if (state !== 'open') return html`<p>Closed by itself: its facts are gone.</p>`;
  const options = optionsOf(finding).map(
    ({ choice, words }) => html`<li>${words}<br><code>${commandFor(finding, choice)}</code></li>`,
  );
  return html`<p>What can be chosen:</p><ul class="options">${options}</ul>`;
}
