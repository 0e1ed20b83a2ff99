/** The first step: the schedule into every calendar, and the first mails past a person's eye. */
import { releaseMessages } from '../../../mail/outbox.ts';
import { calendarOf, providerCalls } from '../acts.ts';
import type { DemoOffice } from '../office.ts';
import { bethan, namedWithRole } from '../players.ts';
import { markNow, readSnapshot, settleCalendars, settleMail, since } from '../readings.ts';
import { count, type StepReport, writesInWords } from '../step.ts';

export async function firstFill(office: DemoOffice): Promise<StepReport> {
  const { app, production, mailbox } = office;
  const start = { requests: 0, mails: 0 };
  await settleCalendars(office);
  const filled = since(office, start);
  const snapshot = await readSnapshot(office);
  const copies = [...office.linked].reduce((sum, person) => sum + calendarOf(office, person).state.items().length, 0);
  const again = markNow(office);
  await providerCalls(office, office.linked);
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
  const calendars = office.linked.size;
  const went = early === 0 ? 'none has gone' : `${early} have gone`;
  return {
    id: 'first-fill',
    title: 'The schedule goes out for the first time',
    done: `The office imports TIDEWRACK: ${count(snapshot.events.size, 'event')}, ${snapshot.people.size} people, ${snapshot.venues.size} venues. ${namedWithRole(snapshot, bethan)} looks over the first mails and releases them.`,
    found: [
      {
        where: 'Calendars',
        text: `${calendars} calendars now hold ${count(copies, 'entry', 'entries')}, ${filled.writes === copies ? 'each written once' : count(filled.writes, 'write')}, ${count(filled.requests, 'request')} in all. A second look at every calendar: ${count(second.requests, 'request')}, ${writesInWords(second.writes)}.`,
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
      copies,
      writes: filled.writes,
      secondRequests: second.requests,
      secondWrites: second.writes,
      waiting,
      early,
      mails: mails.length,
      invitations,
    },
  };
}
