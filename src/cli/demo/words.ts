/** What the demo says before and after its tour. */
import { stampWords } from '../../mail/words.ts';
import type { Provider } from './diary.ts';
import { type DemoOffice, london } from './office.ts';
import { wrapped } from './print.ts';
import { readSnapshot } from './readings.ts';

export const goodbye = '\nThe demo has ended and its files are removed.';

/** Where things are, and what is not as in earnest. */
export async function welcome(office: DemoOffice, wantedPort: number): Promise<string> {
  const { app, daemon, diaries } = office;
  const { people } = await readSnapshot(office);
  const unit = [...people.values()].filter(({ kind }) => kind === 'crew' || kind === 'cast').length;
  const having = (provider: Provider) => [...diaries.values()].filter(diary => diary.provider === provider).length;
  const isElsewhere = wantedPort !== 0 && !daemon.url.endsWith(`:${wantedPort}`);
  const quietSeconds = app.mail.quietPeriodMs / 1000;
  const points = [
    `Of the ${unit} crew and cast, ${diaries.size} keep a calendar by the unit list. ${having('microsoft')} are in Outlook, in the office's own domain, which callboard may open by itself; ${having('google')} have a Google account of their own and said yes on Google's page; ${having('caldav')} gave the password of their CalDAV server. All three providers are sandboxes inside this program, and callboard speaks to them as it would to the real ones.`,
    `The other ${unit - diaries.size} are invited by mail. Mail goes to mailboxes inside this program and to nobody else.`,
    `The clock: ${stampWords(app.runtime.now(), london)} in London, in the middle of preparation.`,
    `Mail waits ${quietSeconds} seconds for further edits, not ten minutes as in earnest. The providers send no notices here, as these need HTTPS: where callboard would be told, or look within a minute, it is asked to look at once.`,
  ];
  return [
    'callboard demo: TIDEWRACK. Everybody in it is invented.',
    '',
    `  Office page               ${daemon.url}${isElsewhere ? `   (port ${wantedPort} is taken)` : ''}`,
    `  Calendars and mailboxes   ${daemon.url}/demo`,
    '',
    ...points.map(point => wrapped(point, '    ', '  - ')),
    '',
    'The tour begins; filling the calendars takes some seconds. Under each step stands',
    'what was found afterwards, read back from the calendars, mailboxes and the store.',
  ].join('\n');
}

export function howToGoOn({ daemon }: DemoOffice, waits: boolean): string {
  if (!waits) return '\nThat was the tour.';
  return [
    '',
    'That was the tour. callboard goes on running: look round, and try the buttons.',
    '',
    `  Office page               ${daemon.url}`,
    `  Calendars and mailboxes   ${daemon.url}/demo`,
    '',
    'Enter or Ctrl-C ends it.',
  ].join('\n');
}
