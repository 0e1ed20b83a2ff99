/** Steps in which people touch their own calendars: a drag, a drag that meets the office's edit, a deletion, a private appointment. */

import type { Finding } from '../../../model/finding.ts';
import { brandId } from '../../../model/ids.ts';
import type { LocalDateTime } from '../../../model/when.ts';
import { instantOf, sameWhen, type When } from '../../../model/when.ts';
import {
  addToCalendar,
  decide,
  deleteInCalendar,
  dragInCalendar,
  editEvent,
  onSameDay,
  providerCalls,
} from '../acts.ts';
import { type DemoOffice, london } from '../office.ts';
import {
  bethan,
  fitting,
  fundersCall,
  hamza,
  idris,
  lastRecce,
  listed,
  mabli,
  namedWithRole,
  nameOf,
  verity,
} from '../players.ts';
import {
  cardAbout,
  entryFor,
  markNow,
  readEvent,
  readShown,
  readSnapshot,
  settleCalendars,
  settleMail,
  since,
  storeHolds,
} from '../readings.ts';
import { count, inWords, outOf, type StepReport, timesInWords } from '../step.ts';

export async function producerDrags(office: DemoOffice): Promise<StepReport> {
  const snapshot = await readSnapshot(office);
  const before = await readEvent(office, fundersCall);
  const mark = markNow(office);
  const wish = onSameDay(before.content.when, '11:30', '12:30');
  dragInCalendar(office, idris, before.uid, () => wish);
  await providerCalls(office, [idris]);
  await settleCalendars(office);
  const card = await cardAbout(office, 'proposal', fundersCall);
  const unchanged = (await readEvent(office, fundersCall)).version === before.version;
  const mailsBefore = since(office, mark).mails.length;
  const secretary = nameOf(snapshot, bethan);
  if (card) await decide(office, card, 'theirs', secretary);
  await settleCalendars(office);
  await settleMail(office);
  const { event, shown } = await readShown(office, fundersCall);
  const right = shown.filter(({ entry }) => entry && sameWhen(entry.when, wish)).length;
  const { writes, mails } = since(office, mark);
  const others = listed(shown.filter(one => one.person !== idris).map(one => nameOf(snapshot, one.person)));
  return {
    id: 'producer-drags',
    title: 'A producer drags a meeting in his own calendar',
    done: `${namedWithRole(snapshot, idris)} drags “${before.content.title}” from ${inWords(before.content.when)} to ${timesInWords(wish, before.content.when)}. ${secretary} sees the proposal and takes it.`,
    found: [
      {
        where: 'Findings',
        text: card ? `A proposal: ${card.title}` : 'No proposal was found.',
      },
      {
        where: 'Schedule',
        text: `Until she decided: ${unchanged ? 'unchanged' : 'changed'}, and ${mailsBefore === 0 ? 'nobody was written to' : `${mailsBefore} messages had gone`}. Now ${timesInWords(event.content.when, before.content.when)}, version ${event.version}, by ${event.updatedBy}.`,
      },
      {
        where: 'Calendars',
        text: `${outOf(right, shown.length) === `all ${shown.length}` ? 'All' : right} show the new time; only that of ${others} had to be written (${count(writes, 'write')}), his own was right already.`,
      },
      { where: 'Mail', text: `${count(mails.length, 'message')}, one to each of those asked.` },
    ],
    facts: {
      proposal: card !== null,
      unchanged,
      mailsBefore,
      calendars: shown.length,
      right,
      writes,
      mails: mails.length,
      version: event.version,
      by: event.updatedBy,
    },
  };
}

/** The two times on a card. */
function sidesOf(card: Finding | null) {
  const met = card?.met.find(one => one.field === 'when');
  return { ours: met?.ours as When | undefined, theirs: met?.theirs as When | undefined };
}
