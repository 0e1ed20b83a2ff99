/** Steps in which the office edits the schedule: a move, edits while the calendar server is down, an edit and its undo. */
import { planMail } from '../../../mail/outbox.ts';
import { brandId, type EventId, type VenueId } from '../../../model/ids.ts';
import { sameWhen } from '../../../model/when.ts';
import { calendarOf, editEvent, later, onSameDay, providerCalls, undoLastEdit } from '../acts.ts';
import type { DemoOffice } from '../office.ts';
import { bethan, fullMeeting, listed, lookMeeting, namedWithRole, nameOf, technicalRecce } from '../players.ts';
import { markNow, readEvent, readShown, readSnapshot, settleCalendars, settleMail, since } from '../readings.ts';
import { allOrSome, count, inWords, oneEach, type StepReport, timesInWords, writesInWords } from '../step.ts';

/** How many of those asked see the event as the schedule has it. */
async function agreement(office: DemoOffice, id: EventId) {
  const { event, shown, asked, without } = await readShown(office, id);
  const right = shown.filter(({ entry }) => entry !== null && sameWhen(entry.when, event.content.when));
  return { event, asked, without, calendars: shown.length, right: right.length, shown };
}

export async function moveRecce(office: DemoOffice): Promise<StepReport> {
  const snapshot = await readSnapshot(office);
  const before = (await readEvent(office, technicalRecce)).content;
  const secretary = nameOf(snapshot, bethan);
  const mark = markNow(office);
  const saved = await editEvent(office, technicalRecce, secretary, content => later(content, 60));
  await settleCalendars(office);
  await settleMail(office);
  const { writes, mostWrites, written, mails, mostMails, invitations } = since(office, mark);
  const { calendars, right, asked, without, shown } = await agreement(office, technicalRecce);
  const own = new Set(shown.map(({ person }) => calendarOf(office, person).path));
  const elsewhere = [...written].filter(path => !own.has(path)).length;
  const both = mails.filter(({ mail }) => {
    const says = (when: typeof before.when) => mail.text.includes(timesInWords(when, when));
    return says(before.when) && says(saved.content.when);
  });
  const invited = listed(without.map(person => nameOf(snapshot, person)));
  return {
    id: 'move-recce',
    title: 'A recce starts an hour later',
    done: `${namedWithRole(snapshot, bethan)} moves “${before.title}” with all its stops from ${inWords(before.when)} to ${timesInWords(saved.content.when, before.when)}.`,
    found: [
      {
        where: 'Calendars',
        text: `${allOrSome(right, calendars)} calendars of those asked show the new time: ${count(writes, 'write')}, ${oneEach(mostWrites)}. ${elsewhere === 0 ? 'No other calendar was' : `${elsewhere} other calendars were`} written to.`,
      },
      {
        where: 'Mail',
        text: `${count(mails.length, 'message')} to the ${asked.length} people asked, ${oneEach(mostMails)}; ${both.length === mails.length ? 'each' : `${both.length}`} with the old time and the new. ${invited} ${without.length === 1 ? 'has' : 'have'} no calendar here: ${count(invitations, 'message carries', 'messages carry')} the change for their mail program.`,
      },
    ],
    facts: {
      asked: asked.length,
      calendars,
      right,
      writes,
      mostWrites,
      elsewhere,
      mails: mails.length,
      mostMails,
      invitations,
      withBothTimes: both.length,
      version: saved.version,
    },
  };
}

export async function outage(office: DemoOffice): Promise<StepReport> {
  const snapshot = await readSnapshot(office);
  const secretary = nameOf(snapshot, bethan);
  const before = (await readEvent(office, lookMeeting)).content;
  const mark = markNow(office);
  office.sandbox.switches.down = true;
  const venue = brandId<VenueId>('V04');
  const first = await editEvent(office, lookMeeting, secretary, one => ({
    ...one,
    when: onSameDay(one.when, '15:00', '16:30'),
  }));
  await editEvent(office, lookMeeting, secretary, one => ({ ...one, when: onSameDay(one.when, '15:30', '17:00') }));
  await editEvent(office, lookMeeting, secretary, one => ({ ...one, venue }));
  await settleCalendars(office);
  const during = since(office, mark);
  const rows = await office.app.store.read(r => r.calendars.all(office.production));
  const unread = rows.filter(row => row.state === 'unread').length;
  office.sandbox.switches.down = false;
  await providerCalls(office, office.linked);
  await settleCalendars(office);
  await settleMail(office);
  const { writes, mostWrites, mails, mostMails } = since(office, mark);
  const { event, calendars, shown } = await agreement(office, lookMeeting);
  const place = snapshot.venues.get(venue)?.name ?? venue;
  const there = shown.filter(
    ({ entry }) => entry && sameWhen(entry.when, event.content.when) && entry.place.startsWith(place),
  ).length;
  const troubled = (await office.app.store.read(r => r.calendars.all(office.production))).filter(
    row => row.state !== 'ok',
  );
  return {
    id: 'outage',
    title: 'The calendar server is down for a while',
    done: `No calendar can be reached. Meanwhile ${secretary} edits “${before.title}” three times: to ${timesInWords(first.content.when, before.when)}, then to ${timesInWords(event.content.when, before.when)}, then to ${place}. Then the server comes back.`,
    found: [
      {
        where: 'Calendars',
        text: `While it was down: ${writesInWords(during.writes)}, ${count(unread, 'calendar')} marked as not reached, with the reason. Afterwards: ${allOrSome(there, calendars)} calendars of those asked show ${timesInWords(event.content.when, before.when)} at ${place} after ${count(writes, 'write')}, ${oneEach(mostWrites)}: ${mostWrites <= 1 ? 'the three edits were not replayed' : 'some were repeated'}. ${troubled.length === 0 ? 'No calendar is marked any more.' : `${count(troubled.length, 'calendar is', 'calendars are')} still marked.`}`,
      },
      {
        where: 'Mail',
        text: `${count(mails.length, 'message')}, ${oneEach(mostMails)}, about the outcome of the three edits.`,
      },
    ],
    facts: {
      writesWhileDown: during.writes,
      unread,
      calendars,
      there,
      writes,
      mostWrites,
      mails: mails.length,
      mostMails,
      troubled: troubled.length,
    },
  };
}

export async function editAndUndo(office: DemoOffice): Promise<StepReport> {
  const { app, production } = office;
  const snapshot = await readSnapshot(office);
  const secretary = nameOf(snapshot, bethan);
  const before = await readEvent(office, fullMeeting);
  const mark = markNow(office);
  const moved = await editEvent(office, fullMeeting, secretary, content => later(content, 120));
  await planMail(app.store, app.runtime, production, app.mail);
  const held = await app.store.read(r => r.mail.messages(production, ['held', 'due']));
  const written = held.filter(message => message.event === fullMeeting).length;
  await undoLastEdit(office, fullMeeting, secretary);
  await settleCalendars(office);
  await settleMail(office);
  const { mails } = since(office, mark);
  const { event, calendars, right, asked } = await agreement(office, fullMeeting);
  const asBefore = sameWhen(event.content.when, before.content.when);
  return {
    id: 'edit-and-undo',
    title: 'A slip of the mouse, taken back at once',
    done: `${secretary} moves “${before.content.title}” to ${timesInWords(moved.content.when, before.content.when)} by mistake and undoes it within the quiet period.`,
    found: [
      {
        where: 'Schedule',
        text: `${asBefore ? `As before, ${inWords(event.content.when)}` : 'Changed'}. The history keeps the slip and the undo, versions ${moved.version} and ${event.version}.`,
      },
      {
        where: 'Calendars',
        text: `${allOrSome(right, calendars)} calendars of the ${asked.length} people asked agree with it.`,
      },
      {
        where: 'Mail',
        text: `${count(written, 'message was', 'messages were')} being held for the quiet period; ${mails.length === 0 ? 'none went out' : `${mails.length} went out`}.`,
      },
    ],
    facts: { held: written, mails: mails.length, asBefore, calendars, right, version: event.version },
  };
}
