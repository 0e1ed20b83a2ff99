/** Findings about single items of a calendar: unreadable ones, and times that had to be guessed. */
import type { Observed, Present } from '../model/copy.ts';
import { closeFinding, openFinding } from '../schedule/findings.ts';
import type { Repositories } from '../store/store.ts';
import type { Run } from './run.ts';

const remarks: Readonly<Record<NonNullable<Present['remark']>, string>> = {
  'floating-time': "has no time zone and is read in the production's zone",
  'zone-guessed': 'names a time zone we do not know; it was matched by its rules',
  'in-clock-gap': 'starts at a time that the clock change skips',
};

export async function reportItems(
  run: Run,
  r: Repositories,
  items: readonly Observed[],
  isOurs: (item: Observed) => boolean,
): Promise<void> {
  const { link } = run.row;
  const openKeys = new Set((await r.findings.ofCalendar(link.id, 'open')).map(finding => finding.key));
  for (const item of items) {
    const key = `item/${link.id}/${item.remoteId}`;
    const problem = problemOf(item);
    if (problem === null) {
      if (openKeys.has(key)) await closeFinding(r, run.parts.runtime, link.production, key);
      continue;
    }
    const opened = await openFinding(r, run.parts.runtime, {
      production: link.production,
      key,
      kind: 'item',
      calendar: link.id,
      person: link.person,
      event: null,
      title: `${isOurs(item) ? 'A copy of ours' : 'An entry'} in calendar ${link.id} ${problem}.`,
      met: [],
      suggestions: [],
    });
    if (opened) run.tally.conflicts += 1;
  }
}

function problemOf(item: Observed): string | null {
  if (item.kind === 'unreadable') return `cannot be read: ${item.problem}`;
  return item.kind === 'present' && item.remark !== null ? remarks[item.remark] : null;
}
