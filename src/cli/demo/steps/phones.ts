/** Steps on somebody's phone: a deleted recce, and an appointment that is nobody's business. */

import { brandId } from '../../../model/ids.ts';
import { instantOf, type LocalDateTime, localAt, sameWhen } from '../../../model/when.ts';
import { removalSuggestions } from '../../../sync/finding-texts.ts';
import { addToCalendar, deleteInCalendar, entryFor, providerCalls } from '../acts.ts';
import type { Appointment } from '../diary.ts';
import { type DemoOffice, london } from '../office.ts';
import { hamza, introduced, lastRecce, nameOf, verity } from '../players.ts';
import {
  cardAbout,
  markNow,
  readEvent,
  readShown,
  readSnapshot,
  settleCalendars,
  settleMail,
  since,
  storeHolds,
} from '../readings.ts';
import { allOrSome, inWords, mailsInWords, type StepReport, writesInWords } from '../step.ts';

export async function phoneDeletes(office: DemoOffice): Promise<StepReport> {
  const snapshot = await readSnapshot(office);
  const { uid, content } = await readEvent(office, lastRecce);
  const mark = markNow(office);
  deleteInCalendar(office, hamza, uid);
  await providerCalls(office, [hamza]);
  await settleCalendars(office);
  await providerCalls(office, [hamza]);
  await settleCalendars(office);
  await settleMail(office);
  const card = await cardAbout(office, 'removal', lastRecce);
  const { shown } = await readShown(office, lastRecce);
  const others = shown.filter(one => one.person !== hamza);
  const kept = others.filter(({ entry }) => entry !== null && sameWhen(entry.when, content.when)).length;
  const isBack = entryFor(office, hamza, uid) !== null;
  const { writes, mails } = since(office, mark);
  const name = nameOf(snapshot, hamza);
  return {
    id: 'phone-deletes',
    title: 'Somebody deletes a recce on his phone',
    done: `${introduced(snapshot, hamza)} deletes “${content.title}” (${inWords(content.when)}) from his calendar.`,
    found: [
      {
        where: 'Calendars',
        text: `In his it is ${isBack ? 'back' : 'gone and, after a second look, still gone'}. ${allOrSome(kept, others.length)} others asked still show it; ${writesInWords(writes)}.`,
      },
      { where: 'Mail', text: mailsInWords(mails.length) },
      {
        where: 'Findings',
        text: `${card?.title ?? 'No card was found.'} The office may put it back, leave it so, ${removalSuggestions.join(', or ')}. This card is left open: see Findings on the office page.`,
      },
    ],
    facts: {
      putBack: isBack,
      others: others.length,
      kept,
      writes,
      mails: mails.length,
      card: card !== null,
      person: card?.person === hamza ? name : '',
    },
  };
}

const from = brandId<LocalDateTime>('2027-04-20T10:30:00');
const to = brandId<LocalDateTime>('2027-04-20T12:00:00');
/** The title of her fitting on that day, which the store holds. */
const known = 'Fitting CA09';
const privateAppointment: Appointment = {
  uid: 'private-1',
  title: 'Scan with Dr Pennyfeather',
  place: 'Infirmary Lane',
  when: { kind: 'timed', start: from, end: to, zone: london },
};

export async function privateDate(office: DemoOffice): Promise<StepReport> {
  const { app, production } = office;
  const snapshot = await readSnapshot(office);
  const mark = markNow(office);
  addToCalendar(office, verity, privateAppointment);
  await providerCalls(office, [verity]);
  await settleCalendars(office);
  const range = { from: instantOf(from, london), to: instantOf(to, london) };
  const busy = await app.store.read(r => r.copies.busy(production, range, [verity]));
  const blocks = busy.filter(block => block.from === range.from && block.to === range.to);
  const words = [privateAppointment.title, privateAppointment.place, 'Pennyfeather'];
  const leaks = (await Promise.all(words.map(one => storeHolds(office, one)))).filter(Boolean).length;
  // The same search finds what is there: else finding nothing would say nothing.
  const searchWorks = await storeHolds(office, known);
  const { writes } = since(office, mark);
  const stored = blocks.map(
    block =>
      `busy ${localAt(block.from, london).replace('T', ' ').slice(0, 16)} to ${localAt(block.to, london).slice(11, 16)}`,
  );
  const name = nameOf(snapshot, verity);
  return {
    id: 'private-appointment',
    title: 'A private appointment in an actor’s Google',
    done: `${introduced(snapshot, verity)} puts “${privateAppointment.title}”, ${inWords(privateAppointment.when)}, into her own Google calendar.`,
    found: [
      {
        where: 'Store',
        text: `Of it callboard keeps: ${name}, ${stored.join('; ') || 'nothing'}. Searching every byte of its files for the title and the place: ${leaks === 0 ? 'not there' : 'there'} (“${known}” is ${searchWorks ? 'found' : 'not found'}).`,
      },
      {
        where: 'Calendars',
        text: `Hers keeps it as she wrote it; ${writesInWords(writes)}. It overlaps her fitting that day; clashes and free times come with a later version.`,
      },
    ],
    facts: { busyBlocks: blocks.length, leaks, searchWorks, writes, stored: stored.join('; ') },
  };
}
