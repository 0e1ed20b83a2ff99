/** The first step: the schedule into every calendar, and the first mails past a person's eye. */
import { releaseMessages } from '../../../mail/outbox.ts';
import { providerCalls } from '../acts.ts';
import type { Diary } from '../diary.ts';
import type { DemoOffice } from '../office.ts';
import { bethan, introduced } from '../players.ts';
import { markNow, readSnapshot, settleCalendars, settleMail, since } from '../readings.ts';
import { byProvider, count, type StepReport, writesInWords } from '../step.ts';

export async function firstFill(office: DemoOffice): Promise<StepReport> {
  const { app, production, mailbox } = office;
  const start = { requests: 0, mails: 0 };
  await settleCalendars(office);
  const filled = since(office, start);
  const snapshot = await readSnapshot(office);
  const copies = entriesIn(office, () => true);
  const inOutlook = entriesIn(office, ({ provider }) => provider === 'microsoft');
  const outlookWrites = filled.writesAt('microsoft');
  const isOnce = filled.writes - outlookWrites === copies - inOutlook;
  const again = markNow(office);
  await providerCalls(office, office.diaries.keys());
  await settleCalendars(office);
  const second = since(office, again);
  await settleMail(office);
  const held = await app.store.read(r => r.mail.messages(production, ['held']));
  const waiting = held.filter(message => message.waitsFor === 'release').length;
  const early = mailbox.all().length;
  await releaseMessages(app.store, app.runtime, production, 'all');
  await settleMail(office);
  const { mails, invitations } = since(office, start);
  const readers = new Set(mails.map(one => one.address)).size;
  const calendars = office.diaries.size;
  const kinds = byProvider(office, office.diaries.keys());
  const went = early === 0 ? 'none has gone' : `${early} have gone`;
  return {
    id: 'first-fill',
    title: 'The schedule goes out for the first time',
    done: `The office imports TIDEWRACK: ${count(snapshot.events.size, 'event')}, ${snapshot.people.size} people, ${snapshot.venues.size} venues. ${introduced(snapshot, bethan)} looks over the first mails and releases them.`,
    found: [
      {
        where: 'Calendars',
        text: `${calendars} calendars (${kinds}) now hold ${count(copies, 'entry', 'entries')}. In Google and CalDAV ${isOnce ? 'each was written once' : 'some were written again'}; Outlook took ${count(outlookWrites, 'write')} for ${inOutlook}, since it wants every date that is left out of a series deleted by itself. ${count(filled.requests, 'request')} in all. A second look at every calendar: ${count(second.requests, 'request')}, ${writesInWords(second.writes)}.`,
      },
      {
        where: 'Mail',
        text: `${count(waiting, 'message')} waited for release; ${went} before. Then ${count(mails.length, 'message')} arrived in ${readers} mailboxes: ${count(invitations, 'invitation')} for people without a calendar here and those who act for them, ${count(mails.length - invitations, 'plain message')} for people whose calendar shows the event already.`,
      },
    ],
    facts: {
      events: snapshot.events.size,
      people: snapshot.people.size,
      calendars,
      kinds,
      copies,
      writes: filled.writes,
      isOnce,
      inOutlook,
      outlookWrites,
      secondRequests: second.requests,
      secondWrites: second.writes,
      waiting,
      early,
      mails: mails.length,
      invitations,
    },
  };
}

function entriesIn({ diaries }: DemoOffice, counts: (diary: Diary) => boolean): number {
  return [...diaries.values()].filter(counts).reduce((sum, diary) => sum + diary.entries().length, 0);
}
