/** Steps in which people drag events in their own calendars: a proposal, and an edit that meets the office's. */

import { sameField } from '../../../model/face.ts';
import type { Finding } from '../../../model/finding.ts';
import { sameWhen, type When } from '../../../model/when.ts';
import { decide, dragInCalendar, editEvent, onSameDay, providerCalls } from '../acts.ts';
import type { DemoOffice } from '../office.ts';
import { bethan, fitting, fundersCall, idris, introduced, listed, mabli, nameOf, seren } from '../players.ts';
import {
  cardAbout,
  markNow,
  readEvent,
  readersOf,
  readShown,
  readSnapshot,
  settleCalendars,
  settleMail,
  since,
} from '../readings.ts';
import { allOrSome, byProvider, count, inWords, oneEach, type StepReport, timesInWords } from '../step.ts';

/** How many calendars of those asked show this time. */
function showing(shown: Awaited<ReturnType<typeof readShown>>['shown'], when: When): number {
  return shown.filter(({ entry }) => entry !== null && sameWhen(entry.when, when)).length;
}

export async function producerDrags(office: DemoOffice): Promise<StepReport> {
  const snapshot = await readSnapshot(office);
  const secretary = nameOf(snapshot, bethan);
  const { uid, version, content } = await readEvent(office, fundersCall);
  const wish = onSameDay(content.when, '11:30', '12:30');
  const mark = markNow(office);
  dragInCalendar(office, idris, uid, () => wish);
  await providerCalls(office, [idris]);
  await settleCalendars(office);
  await settleMail(office);
  const card = await cardAbout(office, 'proposal', fundersCall);
  const isUnchanged = (await readEvent(office, fundersCall)).version === version;
  const mailsBefore = since(office, mark).mails.length;
  if (card) await decide(office, card, 'theirs', secretary);
  await settleCalendars(office);
  await settleMail(office);
  const { event, shown, asked } = await readShown(office, fundersCall);
  const right = showing(shown, wish);
  const { writes, mails, mostMails } = since(office, mark);
  const others = shown.flatMap(one => (one.person === idris ? [] : [introduced(snapshot, one.person)]));
  return {
    id: 'producer-drags',
    title: 'A producer drags a meeting in his Outlook',
    done: `${introduced(snapshot, idris)} drags “${content.title}” from ${inWords(content.when)} to ${timesInWords(wish, content.when)} in his own calendar. ${secretary} finds his proposal and takes it.`,
    found: [
      { where: 'Findings', text: card?.title ?? 'No proposal was found.' },
      {
        where: 'Schedule',
        text: `Before she decided: ${isUnchanged ? 'unchanged' : 'changed'}, ${count(mailsBefore, 'message')}. Now ${timesInWords(event.content.when, content.when)}, version ${event.version}, by ${event.updatedBy}.`,
      },
      {
        where: 'Calendars',
        text: `${allOrSome(right, shown.length)} calendars show the new time. ${count(writes, 'write')}: that of ${listed(others)}; his own was right already.`,
      },
      {
        where: 'Mail',
        text: `${count(mails.length, 'message')} to the ${asked.length} people asked, ${oneEach(mostMails)}.`,
      },
    ],
    facts: {
      proposal: card !== null,
      unchangedUntilDecided: isUnchanged,
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

/** Whether the card of a conflict holds both sides' times. */
function holdsBoth(card: Finding | null, ours: When, theirs: When): boolean {
  const met = card?.met.find(one => one.field === 'when');
  return met !== undefined && sameField('when', met.ours, ours) && sameField('when', met.theirs, theirs);
}

export async function bothEdit(office: DemoOffice): Promise<StepReport> {
  const snapshot = await readSnapshot(office);
  const secretary = nameOf(snapshot, bethan);
  const { uid, content } = await readEvent(office, fitting);
  const theirs = onSameDay(content.when, '08:30', '10:00');
  const ours = onSameDay(content.when, '17:00', '18:30');
  const mark = markNow(office);
  dragInCalendar(office, mabli, uid, () => theirs);
  await editEvent(office, fitting, secretary, one => ({ ...one, when: ours }));
  await settleCalendars(office);
  await settleMail(office);
  const card = await cardAbout(office, 'conflict', fitting);
  const keepsBoth = holdsBoth(card, ours, theirs);
  const stood = await readShown(office, fitting);
  const oursShown = showing(stood.shown, ours);
  const first = since(office, mark).mails;
  if (card) await decide(office, card, 'theirs', secretary);
  await settleCalendars(office);
  await settleMail(office);
  const { event, shown } = await readShown(office, fitting);
  const right = showing(shown, theirs);
  const { mails } = since(office, mark);
  const kinds = byProvider(
    office,
    shown.map(one => one.person),
  );
  const short = (when: When) => timesInWords(when, content.when);
  return {
    id: 'both-edit',
    title: 'Two people move the same fitting at the same moment',
    done: `“${content.title}” (${nameOf(snapshot, seren)}), ${inWords(content.when)}: ${introduced(snapshot, mabli)} drags it to ${short(theirs)} in her own calendar while ${secretary} moves it to ${short(ours)} in the schedule.`,
    found: [
      {
        where: 'Calendars',
        text: `${allOrSome(oursShown, stood.shown.length)} calendars of those asked (${kinds}) show the office's time, ${short(ours)}: the schedule stands.`,
      },
      { where: 'Mail', text: `${count(first.length, 'message')}: to ${listed(readersOf(first, snapshot))}.` },
      {
        where: 'Findings',
        text: `${card?.title ?? 'No card was found.'} ${keepsBoth ? `The card keeps both, ${short(ours)} and ${short(theirs)}` : 'The card does not keep both'}. ${secretary} talks to her and brings the losing one back.`,
      },
      {
        where: 'Schedule',
        text: `Now ${short(event.content.when)}, version ${event.version}, by ${event.updatedBy}. ${allOrSome(right, shown.length)} calendars of those asked follow; ${count(mails.length - first.length, 'message')} say so.`,
      },
    ],
    facts: {
      calendars: stood.shown.length,
      oursShown,
      keepsBoth,
      firstMails: first.length,
      right,
      laterMails: mails.length - first.length,
      version: event.version,
      by: event.updatedBy,
    },
  };
}
