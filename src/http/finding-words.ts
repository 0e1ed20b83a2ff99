/** A finding's values and choices in words. Pure. */
import { whenWords } from '../mail/words.ts';
import type { Met } from '../model/copy.ts';
import type { Choice, Finding, FindingKind } from '../model/finding.ts';
import type { OccurrenceStart } from '../model/series.ts';
import type { When, ZoneName } from '../model/when.ts';
import { occurrenceWords } from './event-fields.ts';

const fieldNames: Readonly<Record<Met['field'], string>> = {
  when: 'Time',
  title: 'Title',
  place: 'Place',
  notes: 'Notes',
  url: 'Link',
  busy: 'Free or busy',
  series: 'Repetition',
};

export function fieldName({ field, occurrence }: Met): string {
  return occurrence === null ? fieldNames[field] : `Date ${occurrenceWords(occurrence as OccurrenceStart)}`;
}

/** What one side has there: a field of a face, a rule, or one occurrence of a series. */
export function valueWords(value: unknown, zone: ZoneName): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (value === 'plain') return 'as the series';
  if (value === 'off') return 'left out';
  if (typeof value === 'string') return value;
  if (isWhen(value)) return whenWords(value, zone);
  if (typeof value !== 'object') return String(value);
  const lines = Object.values(value).filter(part => part !== null && part !== '');
  return lines.map(part => (Array.isArray(part) ? part.join(', ') : valueWords(part, zone))).join('\n');
}

function isWhen(value: unknown): value is When {
  return typeof value === 'object' && value !== null && 'kind' in value && 'start' in value && 'end' in value;
}

type Option = Readonly<{ choice: Choice; words: string }>;

/** The choices that `callboard conflicts resolve` takes, by kind; see src/sync/resolve.ts. */
const options: Readonly<Record<FindingKind, readonly Option[]>> = {
  conflict: [
    { choice: 'canonical', words: 'keep the schedule as it stands' },
    { choice: 'theirs', words: 'take theirs into the schedule' },
  ],
  proposal: [
    { choice: 'canonical', words: 'decline: the schedule’s value goes back into their calendar' },
    { choice: 'theirs', words: 'accept: theirs becomes the schedule’s, for everyone' },
  ],
  removal: [
    { choice: 'canonical', words: 'put it back into their calendar' },
    { choice: 'theirs', words: 'leave it out of their calendar' },
  ],
  restored: [
    { choice: 'canonical', words: 'leave it as it was put back' },
    { choice: 'theirs', words: 'take their change into the schedule' },
  ],
  'orphaned-edit': [
    { choice: 'canonical', words: 'let their change go' },
    { choice: 'theirs', words: 'take their change into the schedule' },
  ],
  brake: [{ choice: 'canonical', words: 'release it: it goes on once, past the brake' }],
  reply: [{ choice: 'canonical', words: 'noted: the schedule stays as it is' }],
  item: [{ choice: 'canonical', words: 'noted' }],
};

const takeProposed: Option = { choice: 'theirs', words: 'take the time they propose, for everyone' };

/** Everything that can be chosen about a finding. */
export function optionsOf({ kind, suggestions, met }: Finding): Option[] {
  const further = suggestions.map((words, index): Option => ({ choice: `suggestion:${index + 1}`, words }));
  const proposed = kind === 'reply' && met.length > 0 ? [takeProposed] : [];
  return [...options[kind], ...proposed, ...further];
}

/** The command that decides it, ready to be typed. */
export function commandFor({ id }: Finding, choice: Choice): string {
  const word = /^[\w.:-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`;
  return `callboard conflicts resolve ${word} --take ${choice} --by "YOUR NAME"`;
}
