/** What the demo says before and after its tour. */
import { stampWords } from '../../mail/words.ts';
import type { Person } from '../../model/person.ts';
import { type DemoOffice, london } from './office.ts';
import { wrapped } from './print.ts';
import { readSnapshot } from './readings.ts';

export const goodbye = '\nThe demo has ended and its files are removed.';

/** Where things are, and what is not as in earnest. */
export async function welcome(office: DemoOffice, wantedPort: number): Promise<string> {
  const { app, daemon, linked } = office;
  const { people } = await readSnapshot(office);
  const unit = [...people.values()].filter(({ kind }) => kind === 'crew' || kind === 'cast');
  const using = (calendar: Person['calendar']) => unit.filter(person => person.calendar === calendar).length;
  const isElsewhere = wantedPort !== 0 && !daemon.url.endsWith(`:${wantedPort}`);
  const quietSeconds = app.mail.quietPeriodMs / 1000;
  const points = [
    `Of the ${unit.length} crew and cast, ${linked.size} keep a calendar by the unit list: ${using('outlook')} Outlook, ${using('google')} Google, ${using('caldav')} CalDAV. This version speaks CalDAV; Outlook and Google come with later ones. So all ${linked.size} are kept here as CalDAV calendars, on a server inside this program.`,
    `The other ${unit.length - linked.size} are invited by mail. Mail goes to mailboxes inside this program and to nobody else.`,
    `The clock: ${stampWords(app.runtime.now(), london)} in London, in the middle of preparation.`,
    `Mail waits ${quietSeconds} seconds for further edits, not ten minutes as in earnest; and where callboard would look at the calendars within a minute, it is asked to look at once.`,
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
