/** The demo's buttons on the office page: the tour's deeds, one by one and as often as wanted. */
import type { DaemonOptions } from '../../daemon.ts';
import type { EventId, PersonId } from '../../model/ids.ts';
import {
  decide,
  deleteInCalendar,
  dragInCalendar,
  editEvent,
  entryFor,
  later,
  laterBy,
  providerCalls,
  undoLastEdit,
} from './acts.ts';
import type { DemoOffice } from './office.ts';
import { bethan, fundersCall, hamza, idris, lastRecce, nameOf, technicalRecce } from './players.ts';
import { cardAbout, markNow, readEvent, readSnapshot, settleCalendars, settleMail, since } from './readings.ts';
import { count, inWords } from './step.ts';

type Button = NonNullable<DaemonOptions['actions']>[number];
/** While the tour runs, a button would get in its way. */
export type Touring = { isTouring: boolean };

/** The office's buttons; each says what was then found. */
export function buttons(demo: () => DemoOffice, state: Readonly<Touring>): readonly Button[] {
  return deeds.map(({ id, label, hint, run }) => ({
    id,
    label,
    hint,
    run: async () => {
      if (state.isTouring) return 'The tour on the terminal is still running; please press again when it is over.';
      return await run(demo());
    },
  }));
}

type Deed = Readonly<{ id: string; label: string; hint: string; run(office: DemoOffice): Promise<string> }>;

const deeds: readonly Deed[] = [
  {
    id: 'move-recce',
    label: 'Move the recce',
    hint: 'The technical recce starts half an hour later; everyone asked sees it in their calendar and gets one message.',
    run: office => edited(office, secretary => editEvent(office, technicalRecce, secretary, one => later(one, 30))),
  },
  {
    id: 'undo-recce',
    label: 'Undo',
    hint: 'Takes the recce’s last edit back.',
    run: office => edited(office, secretary => undoLastEdit(office, technicalRecce, secretary)),
  },
  {
    id: 'producer-drags',
    label: 'Idris drags the Funders’ call',
    hint: 'Half an hour later in his Outlook; a proposal appears under Findings.',
    run: producerDrags,
  },
  {
    id: 'take-proposal',
    label: 'Take his proposal',
    hint: 'The schedule follows him, and everyone else’s calendar follows the schedule.',
    run: takeProposal,
  },
  {
    id: 'phone-deletes',
    label: 'Idris deletes the recce',
    hint: 'On his phone, from his Outlook; a card asks what to do, and nobody else is affected.',
    run: phoneDeletes,
  },
  {
    id: 'put-back',
    label: 'Put Hamza’s recce back',
    hint: 'Decides the card that the tour left open: it stands in his Google calendar again.',
    run: putBack,
  },
  {
    id: 'outlook-down',
    label: 'Outlook down',
    hint: 'Edits go on, and Google and CalDAV follow; see Calendars for who cannot be reached.',
    run: async office => {
      office.providers.setDown('microsoft', true);
      return 'Outlook answers nobody. Move the recce now, and look at Calendars.';
    },
  },
  {
    id: 'outlook-up',
    label: 'Outlook back',
    hint: 'What was missed is caught up with one write each.',
    run: outlookBack,
  },
];

async function edited(office: DemoOffice, edit: (secretary: string) => Promise<unknown>): Promise<string> {
  const secretary = nameOf(await readSnapshot(office), bethan);
  const mark = markNow(office);
  await edit(secretary);
  const { content } = await readEvent(office, technicalRecce);
  return `“${content.title}” is now ${inWords(content.when)}. ${await outcome(office, mark)}`;
}

/** Waits until all is quiet and counts what came of it. */
async function outcome(office: DemoOffice, mark: ReturnType<typeof markNow>): Promise<string> {
  await settleCalendars(office);
  await settleMail(office);
  const { writes, mails } = since(office, mark);
  const down = office.providers.isDown('microsoft') ? ' Outlook is down.' : '';
  return `${count(writes, 'calendar entry', 'calendar entries')} written, ${count(mails.length, 'message')} sent.${down}`;
}

async function uidShown(office: DemoOffice, person: PersonId, id: EventId): Promise<string | null> {
  const { uid } = await readEvent(office, id);
  return entryFor(office, person, uid) === null ? null : uid;
}

async function producerDrags(office: DemoOffice): Promise<string> {
  const uid = await uidShown(office, idris, fundersCall);
  if (uid === null) return 'It is no longer in his calendar.';
  const mark = markNow(office);
  dragInCalendar(office, idris, uid, when => laterBy(when, 30));
  await providerCalls(office, [idris]);
  const said = await outcome(office, mark);
  const card = await cardAbout(office, 'proposal', fundersCall);
  return `${card?.title ?? 'No proposal: his calendar cannot be reached, or agrees with the schedule.'} ${said}`;
}

async function takeProposal(office: DemoOffice): Promise<string> {
  const card = await cardAbout(office, 'proposal', fundersCall);
  if (card === null) return 'There is no open proposal of his; drag the call first.';
  const mark = markNow(office);
  await decide(office, card, 'theirs', nameOf(await readSnapshot(office), bethan));
  const { content } = await readEvent(office, fundersCall);
  return `“${content.title}” is now ${inWords(content.when)}. ${await outcome(office, mark)}`;
}

async function phoneDeletes(office: DemoOffice): Promise<string> {
  const uid = await uidShown(office, idris, technicalRecce);
  if (uid === null) return 'It is not in his calendar. An edit of the recce brings it back: an edit beats a deletion.';
  const mark = markNow(office);
  deleteInCalendar(office, idris, uid);
  await providerCalls(office, [idris]);
  const said = await outcome(office, mark);
  return `${(await cardAbout(office, 'removal', technicalRecce))?.title ?? 'Not seen yet.'} ${said}`;
}

async function putBack(office: DemoOffice): Promise<string> {
  const card = await cardAbout(office, 'removal', lastRecce);
  if (card === null) return 'No such card is open.';
  const mark = markNow(office);
  await decide(office, card, 'canonical', nameOf(await readSnapshot(office), bethan));
  const said = await outcome(office, mark);
  const isBack = (await uidShown(office, hamza, lastRecce)) !== null;
  return `${isBack ? 'It is in his calendar again' : 'It is not in his calendar yet'}. ${said}`;
}

async function outlookBack(office: DemoOffice): Promise<string> {
  const mark = markNow(office);
  office.providers.setDown('microsoft', false);
  await providerCalls(office, office.diaries.keys());
  return `Outlook is back. ${await outcome(office, mark)}`;
}
