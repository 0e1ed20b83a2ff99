/** Steps in which the office edits the schedule: a move, edits while a provider is down, an edit and its undo. */
import { planMail } from '../../../mail/outbox.ts';
import { brandId, type EventId, type PersonId, type VenueId } from '../../../model/ids.ts';
import { sameWhen, type When } from '../../../model/when.ts';
import { diaryOf, editEvent, later, onSameDay, providerCalls, undoLastEdit } from '../acts.ts';
import type { DemoOffice } from '../office.ts';
import { bethan, fullMeeting, introduced, listed, nameOf, technicalRecce, toneMeeting } from '../players.ts';
import {
  markNow,
  nameIn,
  readEvent,
  readShown,
  readSnapshot,
  settleCalendars,
  settleMail,
  since,
} from '../readings.ts';
import { allOrSome, byProvider, count, inWords, oneEach, type StepReport, timesInWords } from '../step.ts';

/** How many of those asked see the event as the schedule has it. */
async function agreement(office: DemoOffice, id: EventId) {
  const { event, shown, asked, without } = await readShown(office, id);
  const right = shown.filter(({ entry }) => entry !== null && sameWhen(entry.when, event.content.when));
  return { event, asked, without, calendars: shown.length, right: right.length, shown };
}

const ownName = (office: DemoOffice, person: PersonId) => {
  const { provider, name } = diaryOf(office, person);
  return nameIn(provider, name);
};

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
  const own = new Set(shown.map(({ person }) => ownName(office, person)));
  const elsewhere = [...written].filter(name => !own.has(name)).length;
  const both = mails.filter(({ mail }) => {
    const says = (when: typeof before.when) => mail.text.includes(timesInWords(when, when));
    return says(before.when) && says(saved.content.when);
  });
  const kinds = byProvider(
    office,
    shown.map(one => one.person),
  );
  const invited = listed(without.map(person => nameOf(snapshot, person)));
  return {
    id: 'move-recce',
    title: 'A recce starts an hour later',
    done: `${introduced(snapshot, bethan)} moves “${before.title}” with all its stops from ${inWords(before.when)} to ${timesInWords(saved.content.when, before.when)}.`,
    found: [
      {
        where: 'Calendars',
        text: `${allOrSome(right, calendars)} calendars of those asked (${kinds}) show the new time: ${count(writes, 'write')}, ${oneEach(mostWrites)}. ${elsewhere === 0 ? 'No other calendar was' : `${elsewhere} other calendars were`} written to.`,
      },
      {
        where: 'Mail',
        text: `${count(mails.length, 'message')} to the ${asked.length} people asked, ${oneEach(mostMails)}; ${both.length === mails.length ? 'each' : `${both.length}`} with the old time and the new. ${invited} ${without.length === 1 ? 'has' : 'have'} no calendar here: ${count(invitations, 'message carries', 'messages carry')} the change for their mail program.`,
      },
    ],
    facts: {
      asked: asked.length,
      calendars,
      kinds,
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

/** One provider is down, and the others are not: who has the others follows at once. */
export async function outage(office: DemoOffice): Promise<StepReport> {
  const { app, production, providers } = office;
  const snapshot = await readSnapshot(office);
  const secretary = nameOf(snapshot, bethan);
  const before = (await readEvent(office, toneMeeting)).content;
  const mark = markNow(office);
  providers.setDown('microsoft', true);
  const first = await editTime(office, '15:30', '17:30');
  await editTime(office, '16:00', '18:00');
  await editEvent(office, toneMeeting, secretary, one => ({ ...one, venue: newPlace }));
  await settleCalendars(office);
  const rows = await app.store.read(r => r.calendars.all(production));
  const unread = rows.filter(row => row.state === 'unread').length;
  const during = since(office, mark);
  const place = snapshot.venues.get(newPlace)?.name ?? newPlace;
  const { outlook, others } = await agreementByOutlook(office, place);
  const back = markNow(office);
  providers.setDown('microsoft', false);
  await providerCalls(office, office.diaries.keys());
  await settleCalendars(office);
  await settleMail(office);
  const after = since(office, back);
  const { mails, mostMails } = since(office, mark);
  const { event, outlook: caughtUp, troubled } = await agreementByOutlook(office, place);
  const short = (when: When) => timesInWords(when, before.when);
  const final = short(event.content.when);
  return {
    id: 'outage',
    title: 'Outlook is down for a while',
    done: `No Outlook calendar can be reached. Meanwhile ${secretary} edits “${before.title}” three times: to ${short(first.content.when)}, then to ${final}, then to ${place}. Then Outlook comes back.`,
    found: [
      {
        where: 'Calendars',
        text: `While it is down: ${allOrSome(others.right, others.of)} Google and CalDAV calendars of those asked show ${final} at ${place}, ${allOrSome(outlook.right, outlook.of).toLowerCase()} in Outlook; ${count(unread, 'calendar')} marked as not reached, with the reason.`,
      },
      {
        where: 'Calendars',
        text: `Afterwards: ${allOrSome(caughtUp.right, caughtUp.of).toLowerCase()} in Outlook show it too, after ${count(after.writes, 'write')}, ${oneEach(after.mostWrites)}: ${after.mostWrites <= 1 ? 'the three edits were not replayed' : 'some were repeated'}. ${troubled === 0 ? 'No calendar is marked any more.' : `${count(troubled, 'calendar is', 'calendars are')} still marked.`}`,
      },
      {
        where: 'Mail',
        text: `${count(mails.length, 'message')}, ${oneEach(mostMails)}, about the outcome of the three edits.`,
      },
    ],
    facts: {
      others: others.of,
      othersRight: others.right,
      outlook: outlook.of,
      outlookRightWhileDown: outlook.right,
      outlookWritesWhileDown: during.writesAt('microsoft'),
      unread,
      outlookRight: caughtUp.right,
      writes: after.writes,
      mostWrites: after.mostWrites,
      mails: mails.length,
      mostMails,
      troubled,
    },
  };
}

const newPlace = brandId<VenueId>('V05');

async function editTime(office: DemoOffice, from: string, to: string) {
  const secretary = nameOf(await readSnapshot(office), bethan);
  return await editEvent(office, toneMeeting, secretary, one => ({ ...one, when: onSameDay(one.when, from, to) }));
}

/** How many of those asked see the meeting's time and place: of who is in Outlook, and of the others. */
async function agreementByOutlook(office: DemoOffice, place: string) {
  const { event, shown } = await readShown(office, toneMeeting);
  const tally = (those: typeof shown) => ({
    of: those.length,
    right: those.filter(
      ({ entry }) => entry && sameWhen(entry.when, event.content.when) && entry.place.startsWith(place),
    ).length,
  });
  const isOutlook = ({ person }: (typeof shown)[number]) => diaryOf(office, person).provider === 'microsoft';
  const rows = await office.app.store.read(r => r.calendars.all(office.production));
  const troubled = rows.filter(row => row.state !== 'ok').length;
  return {
    event,
    troubled,
    outlook: tally(shown.filter(isOutlook)),
    others: tally(shown.filter(one => !isOutlook(one))),
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
  const { event, calendars, right, asked, shown } = await agreement(office, fullMeeting);
  const kinds = byProvider(
    office,
    shown.map(one => one.person),
  );
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
        text: `${allOrSome(right, calendars)} calendars of the ${asked.length} people asked (${kinds}) agree with it.`,
      },
      {
        where: 'Mail',
        text: `${count(written, 'message was', 'messages were')} being held for the quiet period; ${mails.length === 0 ? 'none went out' : `${mails.length} went out`}.`,
      },
    ],
    facts: { held: written, mails: mails.length, asBefore, calendars, right, version: event.version },
  };
}
