/** The last step: when nothing happens, nothing is done. */
import { providerCalls } from '../acts.ts';
import type { DemoOffice } from '../office.ts';
import { markNow, settleCalendars, settleMail, since } from '../readings.ts';
import { count, mailsInWords, type StepReport, writesInWords } from '../step.ts';

export async function atRest(office: DemoOffice): Promise<StepReport> {
  const mark = markNow(office);
  await providerCalls(office, office.diaries.keys());
  await settleCalendars(office);
  await settleMail(office);
  const { requests, writes, mails } = since(office, mark);
  const { google, microsoft } = office.providers;
  const invited = google.world.invitations.length + microsoft.world.meetingMail.length;
  const open = await office.app.store.read(r => r.findings.list(office.production, 'open'));
  return {
    id: 'at-rest',
    title: 'And then all is quiet',
    done: 'callboard looks at every calendar once more.',
    found: [
      {
        where: 'Calendars',
        text: `${count(requests, 'request')} for ${count(office.diaries.size, 'calendar')}, ${writesInWords(writes)}.`,
      },
      {
        where: 'Mail',
        text: `${mailsInWords(mails.length)} ${invited === 0 ? 'Outlook and Google themselves never mailed anybody: callboard’s entries have no guests' : `Outlook and Google themselves sent ${count(invited, 'mail')}`}.`,
      },
      {
        where: 'Findings',
        text: `${count(open.length, 'card')} open: ${open.map(one => one.title).join(' ') || 'none'}`,
      },
    ],
    facts: {
      calendars: office.diaries.size,
      requests,
      writes,
      mails: mails.length,
      invited,
      openFindings: open.length,
    },
  };
}
