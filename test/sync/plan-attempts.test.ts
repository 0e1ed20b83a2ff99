/** Attempts without a reply: what they were sending is ours when it is seen, in every mode. */
import { at, but, eleven, meeting, moved, noon, renamed, weekly } from './faces.ts';
import { playRows, type Row } from './plan-cases.ts';

const theirs = (unit: string): Row['says'] => ({
  propose: `proposal ${unit}`,
  accept: `take ${unit}`,
  restore: `write ${unit}; restored ${unit}`,
  publish: `write ${unit}; restored ${unit}`,
});
const three = at('08T15:00', '08T16:00');

playRows('an attempt without a reply', {
  'that had no effect: written again': { wanted: moved, pending: [{ when: eleven }], says: 'write when' },
  'that had its effect: nothing is left to do': {
    wanted: moved,
    seen: moved,
    pending: [{ when: eleven }],
    says: '',
  },
  'that had its effect after we changed our mind: ours is written, nobody is blamed': {
    wanted: but({ when: noon }),
    seen: moved,
    pending: [{ when: eleven }],
    says: 'write when',
  },
  'that had its effect after we went back to what was: ours is written, nobody is blamed': {
    seen: moved,
    pending: [{ when: eleven }],
    says: 'write when',
  },
  'does not excuse a person’s other value': {
    seen: but({ when: noon }),
    pending: [{ when: eleven }],
    says: theirs('when'),
  },
  'does not excuse a person’s other value of a field that we change': {
    wanted: moved,
    seen: but({ when: noon }),
    pending: [{ when: eleven }],
    says: 'write when; conflict when',
  },
  'does not excuse another field': { seen: renamed, pending: [{ when: eleven }], says: theirs('title') },
  'of two fields, one of which a person changed since': {
    wanted: but({ when: eleven, title: 'Big' }),
    seen: but({ when: eleven, title: 'Cat' }),
    pending: [{ when: eleven, title: 'Big' }],
    says: 'write title; conflict title',
  },
  'of two, the older had its effect late: ours is written': {
    wanted: but({ when: noon }),
    base: but({ when: noon }),
    seen: moved,
    pending: [{ when: eleven }, { when: three }],
    says: 'write when',
  },
  'of two, the newer had its effect: nothing is left to do': {
    wanted: but({ when: three }),
    seen: but({ when: three }),
    pending: [{ when: eleven }, { when: three }],
    says: '',
  },
  'is known in the provider’s form of it': {
    wanted: but({ title: 'Third title' }),
    seen: but({ title: 'Second' }),
    pending: [{ title: 'Second title' }],
    canon: fields => (fields.title === undefined ? fields : { ...fields, title: fields.title.split(' ')[0] ?? '' }),
    says: 'write title',
  },
  'is not known in a form that the provider would not give it': {
    wanted: meeting,
    seen: but({ title: 'Second title' }),
    pending: [{ title: 'Second title' }],
    canon: fields => (fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 6) }),
    says: theirs('title'),
  },
  'of a whole face: nothing of it is theirs': {
    wanted: but({ when: noon, title: 'Big' }),
    seen: but({ when: eleven, title: 'Cat' }),
    pending: [but({ when: eleven, title: 'Cat' })],
    says: 'write title, when',
  },
  'of an event that left meanwhile: removed, nobody is blamed': {
    wanted: null,
    seen: moved,
    pending: [{ when: eleven }],
    says: 'remove',
  },
  'of an event that left meanwhile, edited by its owner': {
    wanted: null,
    seen: but({ when: eleven, title: 'Cat' }),
    pending: [{ when: eleven }],
    says: 'remove; orphaned-edit title',
  },
  'of a copy that is gone: an edit beats a deletion': {
    wanted: moved,
    seen: 'gone',
    pending: [{ when: eleven }],
    says: 'create anew',
  },
  'of a copy that cannot be read: held': {
    wanted: moved,
    seen: 'unreadable',
    pending: [{ when: eleven }],
    says: 'hold unreadable',
  },
  'of a copy to be made: created again under its key': {
    state: 'wanted',
    base: null,
    seen: null,
    pending: [meeting],
    says: 'create',
  },
  'of a copy not looked at: nothing is written unseen': {
    wanted: moved,
    seen: null,
    pending: [{ when: eleven }],
    says: '',
  },
  'that moved a date of a series, after we changed our mind': {
    wanted: weekly(),
    base: weekly(),
    seen: weekly({ at: { '15': noon } }),
    pending: [{ when: meeting.when, series: weekly({ at: { '15': noon } }).series }],
    says: 'write 15',
  },
  'that moved a date of a series, which we now cancel': {
    wanted: weekly({ off: ['15'] }),
    base: weekly(),
    seen: weekly({ at: { '15': noon } }),
    pending: [{ when: meeting.when, series: weekly({ at: { '15': noon } }).series }],
    says: 'write 15',
  },
  'that moved a date of a series, beside another moved by a person': {
    wanted: weekly({ at: { '15': noon } }),
    base: weekly(),
    seen: weekly({ at: { '15': noon, '22': eleven } }),
    pending: [{ when: meeting.when, series: weekly({ at: { '15': noon } }).series }],
    says: {
      propose: 'proposal 22',
      accept: 'take 22',
      restore: 'write 22; restored 22',
      publish: 'write 22; restored 22',
    },
  },
});
