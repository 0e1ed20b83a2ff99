/** One field changed by one side or both, in every mode. */
import type { Fields } from '../../src/model/face.ts';
import { but, eleven, meeting, moved, noon, renamed } from './faces.ts';
import { playRows, type Row } from './plan-cases.ts';

const theirs = (unit: string): Row['says'] => ({
  propose: `proposal ${unit}`,
  accept: `take ${unit}`,
  restore: `write ${unit}; restored ${unit}`,
  publish: `write ${unit}; restored ${unit}`,
});

const relocated = but({ place: 'Meadowbank Works, Newport' });
const annotated = but({ notes: 'Bring the cat.' });
const linked = but({ url: 'https://meet.tidewrack.test/1' });
const pencilled = but({ busy: 'tentative' });
const free = but({ busy: 'free' });
const wholeDay = but({
  when: { kind: 'all-day', start: '2027-03-08' as never, end: '2027-03-09' as never, zone: meeting.when.zone },
});
const abroad = but({ when: { ...meeting.when, zone: 'Europe/Paris' as never } });

playRows('a field that only we changed', {
  'we move it: the time is written': { wanted: moved, says: 'write when' },
  'we rename it: the title is written': { wanted: renamed, says: 'write title' },
  'we change the place: the place is written': { wanted: relocated, says: 'write place' },
  'we change the notes: the notes are written': { wanted: annotated, says: 'write notes' },
  'we give it a link: the link is written': { wanted: linked, says: 'write url' },
  'we take its link away: the lack of it is written': { base: linked, says: 'write url' },
  'we pencil it: tentative is written': { wanted: pencilled, says: 'write busy' },
  'we make it a whole day: the time is written': { wanted: wholeDay, says: 'write when' },
  'we hold it at the same hour of another zone: the time is written': { wanted: abroad, says: 'write when' },
  'we change two fields: one write carries both': {
    wanted: but({ when: eleven, title: 'Big' }),
    says: 'write title, when',
  },
  'we clear the place: an empty place is written': { wanted: but({ place: '' }), says: 'write place' },
  'whole days of another zone look the same to everybody: nothing is written': {
    wanted: but({ when: { ...wholeDay.when, zone: 'Europe/Paris' as never } }),
    base: wholeDay,
    says: '',
  },
});

playRows('a field that only they changed', {
  'they move it': { seen: moved, says: theirs('when') },
  'they rename it': { seen: renamed, says: theirs('title') },
  'they change the place': { seen: relocated, says: theirs('place') },
  'they write in our block of the notes': { seen: annotated, says: theirs('notes') },
  'they give it a link': { seen: linked, says: theirs('url') },
  'they empty the title': { seen: but({ title: '' }), says: theirs('title') },
  'they make it a whole day': { seen: wholeDay, says: theirs('when') },
  'they change two fields: each goes its way, together': {
    seen: but({ title: 'Cat meeting', when: noon }),
    says: theirs('title, when'),
  },
  'they show themselves free: theirs to say, in every mode': { seen: free, says: 'agree busy' },
  'they show themselves free and move it: the one is theirs, the other goes its way': {
    seen: but({ busy: 'free', when: noon }),
    says: {
      propose: 'agree busy; proposal when',
      accept: 'agree busy; take when',
      restore: 'agree busy; write when; restored when',
      publish: 'agree busy; write when; restored when',
    },
  },
});

playRows('a field that both changed', {
  'both move it to the same time: the base follows': { wanted: moved, seen: moved, says: 'agree when' },
  'both move it to different times: ours is written, theirs is on a card': {
    wanted: moved,
    seen: but({ when: noon }),
    says: 'write when; conflict when',
  },
  'both rename it the same': { wanted: renamed, seen: renamed, says: 'agree title' },
  'both rename it otherwise': { wanted: renamed, seen: but({ title: 'Cat' }), says: 'write title; conflict title' },
  'both move and rename it the same: the base follows in both': {
    wanted: but({ when: noon, title: 'Big' }),
    seen: but({ when: noon, title: 'Big' }),
    says: 'agree title, when',
  },
  'both change two fields otherwise: one card with both': {
    wanted: but({ when: eleven, title: 'Big' }),
    seen: but({ when: noon, title: 'Cat' }),
    says: 'write title, when; conflict title, when',
  },
  'both move it the same, names differ': {
    wanted: but({ when: noon, title: 'Big' }),
    seen: but({ when: noon, title: 'Cat' }),
    says: 'agree when; write title; conflict title',
  },
  'we pencil it while they show themselves free: ours is written and nobody is asked': {
    wanted: pencilled,
    seen: free,
    says: 'write busy',
  },
  'we put it back to what it was, they did too: the base follows': {
    base: renamed,
    shown: renamed,
    seen: meeting,
    says: 'agree title',
  },
  'we put back what they had changed otherwise': {
    base: renamed,
    shown: renamed,
    seen: but({ title: 'Cat' }),
    says: 'write title; conflict title',
  },
});

playRows('different fields, one side each', {
  'we move it, they rename it': {
    wanted: moved,
    seen: renamed,
    says: {
      propose: 'write when; proposal title',
      accept: 'take title; write when',
      restore: 'write title, when; restored title',
      publish: 'write title, when; restored title',
    },
  },
  'we rename it, they move it': {
    wanted: renamed,
    seen: moved,
    says: {
      propose: 'write title; proposal when',
      accept: 'take when; write title',
      restore: 'write title, when; restored when',
      publish: 'write title, when; restored when',
    },
  },
  'we move it, they show themselves free': { wanted: moved, seen: free, says: 'agree busy; write when' },
  'we change the notes, both move it otherwise, they rename it': {
    wanted: but({ notes: 'New.', when: eleven }),
    seen: but({ title: 'Cat', when: noon }),
    says: {
      propose: 'write notes, when; conflict when; proposal title',
      accept: 'take title; write notes, when; conflict when',
      restore: 'write notes, title, when; conflict when; restored title',
      publish: 'write notes, title, when; conflict when; restored title',
    },
  },
});

/** A provider that keeps ten letters of a title. */
const tenLetters = (fields: Fields): Fields =>
  fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 10) };
const clipped = but({ title: 'Production' });

playRows('a provider that rewrites what it is given', {
  'its form of the agreed title is at rest': { shown: clipped, canon: tenLetters, says: '' },
  'a form that we could not foresee is at rest as well': { shown: but({ notes: '<p>Bring…</p>' }), says: '' },
  'its form of our new title is what it will show: the base follows without a write': {
    wanted: renamed,
    shown: clipped,
    seen: but({ title: 'Big produc' }),
    canon: tenLetters,
    says: 'agree title',
  },
  'our new title is written whole, whatever will be kept of it': {
    wanted: renamed,
    shown: clipped,
    canon: tenLetters,
    says: 'write title',
  },
  'a person retypes our title and it is clipped as ours was: at rest': {
    shown: clipped,
    seen: clipped,
    canon: tenLetters,
    says: '',
  },
  'it changes its form by itself to what it makes of ours: the base follows, no person is blamed': {
    shown: meeting,
    seen: clipped,
    canon: tenLetters,
    says: 'agree title',
  },
  'a person edits its form': { shown: clipped, seen: but({ title: 'Cat' }), canon: tenLetters, says: theirs('title') },
  'a person edits its form while we rename it': {
    wanted: renamed,
    shown: clipped,
    seen: but({ title: 'Cat' }),
    canon: tenLetters,
    says: 'write title; conflict title',
  },
  'we move it and its form of the title stays out of it': {
    wanted: moved,
    shown: clipped,
    canon: tenLetters,
    says: 'write when',
  },
});

playRows('a provider that cannot show every field', {
  'what it cannot show is not written': { wanted: linked, fields: ['when', 'title'], says: '' },
  'what it cannot show is not read': { seen: annotated, fields: ['when', 'title'], says: '' },
  'what it can show goes its way': {
    wanted: but({ url: 'https://x.test', when: noon }),
    fields: ['when', 'title'],
    says: 'write when',
  },
  'a person’s change of what it shows goes its way': { seen: moved, fields: ['when'], says: theirs('when') },
  'a deletion there is a deletion although a field it cannot show has changed': {
    wanted: linked,
    seen: 'gone',
    fields: ['when', 'title'],
    says: { propose: 'hide', accept: 'hide', restore: 'hide', publish: 'create anew' },
  },
});

playRows('a value that was turned down', {
  'seen again is put back without another card': { seen: moved, declined: { when: eleven }, says: 'write when' },
  'does not stand for another value': { seen: but({ when: noon }), declined: { when: eleven }, says: theirs('when') },
  'does not stand for another field': { seen: renamed, declined: { when: eleven }, says: theirs('title') },
  'is put back together with a new edit of another field': {
    seen: but({ when: eleven, title: 'Cat' }),
    declined: { when: eleven },
    says: {
      propose: 'write when; proposal title',
      accept: 'take title; write when',
      restore: 'write title, when; restored title',
      publish: 'write title, when; restored title',
    },
  },
  'is a conflict like any other once we change the field too': {
    wanted: but({ when: noon }),
    seen: moved,
    declined: { when: eleven },
    says: 'write when; conflict when',
  },
  'is agreed once we want it after all': { wanted: moved, seen: moved, declined: { when: eleven }, says: 'agree when' },
  'that is no longer there asks for nothing': { declined: { when: eleven }, says: '' },
  'an empty place can be turned down': { seen: but({ place: '' }), declined: { place: '' }, says: 'write place' },
  'a link taken away can be turned down': {
    wanted: linked,
    base: linked,
    seen: meeting,
    declined: { url: null },
    says: 'write url',
  },
});
