/** The sentences a secretary reads on a card. Pure. */
import type { Met } from '../model/copy.ts';
import type { Field } from '../model/face.ts';
import type { CalendarId } from '../model/ids.ts';
import type { Brake, BrakeReason } from './guard.ts';
import type { Meeting } from './plan.ts';

const fieldWords: Readonly<Record<Field, string>> = {
  when: 'time',
  title: 'title',
  place: 'place',
  notes: 'notes',
  url: 'link',
  busy: 'free or busy',
  series: 'repetition',
};

export function meetingTitle(kind: Meeting['kind'], person: string, title: string, met: readonly Met[]): string {
  const what = [
    ...new Set(met.map(one => (one.occurrence === null ? fieldWords[one.field] : `date ${one.occurrence}`))),
  ];
  const words = what.join(', ');
  switch (kind) {
    case 'conflict':
      return `${person} and the office both changed the ${words} of “${title}”; the schedule's stands.`;
    case 'proposal':
      return `${person} changed the ${words} of “${title}” in their own calendar; the schedule is unchanged.`;
    case 'restored':
      return `${person} changed the ${words} of “${title}” in their own calendar; it was put back.`;
    case 'orphaned-edit':
      return `“${title}” left ${person}'s calendar together with a change of its ${words} that nobody had seen.`;
  }
}

const brakeWords: Readonly<Record<BrakeReason, string>> = {
  'everything-vanished': 'came back empty',
  'newer-marker': 'remembers a newer schedule than this store (was a backup restored?)',
  'many-vanished': 'lost many copies at once',
  'many-removed': 'is to lose many copies at once',
  'many-moved': 'is to have many copies moved at once',
};

export function brakeTitle(calendar: CalendarId, brake: Brake): string {
  const stopped = brake.kind === 'halt' ? 'It is halted' : 'These changes are held';
  const count = `${brake.affected} of ${brake.placed}`;
  return `Calendar ${calendar} ${brakeWords[brake.reason]} (${count}). ${stopped} until \`callboard calendars release ${calendar}\`.`;
}

export function churnTitle(title: string, calendar: CalendarId): string {
  return `“${title}” was written ten times within an hour in calendar ${calendar}; it rests until the hour is over.`;
}

/** What can be done about a removed copy; `canonical` puts it back, `theirs` leaves it out of their calendar. */
export const removalSuggestions: readonly string[] = [
  'take it as a decline: they are no longer asked to this event',
  'cancel the event for everybody',
];
