/** Every state of a copy × what is observed × what is wanted, in every mode. */
import { describe, expect, it } from 'vitest';
import { but, eleven, meeting, moved, noon, renamed } from './faces.ts';
import { countCases, playRows, type Row, type Rows } from './plan-cases.ts';

const theirs = (unit: string): Row['says'] => ({
  propose: `proposal ${unit}`,
  accept: `take ${unit}`,
  restore: `write ${unit}; restored ${unit}`,
  publish: `write ${unit}; restored ${unit}`,
});
const hideOrPutBack: Row['says'] = { propose: 'hide', accept: 'hide', restore: 'hide', publish: 'create anew' };

const none: Rows = {
  'never copied, not there: created': { state: null, seen: null, says: 'create' },
  'never copied, named as gone: created': { state: null, seen: 'gone', says: 'create' },
  'never copied, something unreadable there: created, for that is not ours': {
    state: null,
    seen: 'unreadable',
    says: 'create',
  },
  'never copied and not wanted: nothing': { state: null, wanted: null, seen: null, says: '' },
  'never copied and not wanted, named as gone: nothing': { state: null, wanted: null, seen: 'gone', says: '' },
  'never copied and not wanted, unreadable: nothing': { state: null, wanted: null, seen: 'unreadable', says: '' },
  'never copied and not wanted, something there: left alone': { state: null, wanted: null, says: '' },
};

const wanted: Rows = {
  'to be made, not there: created under its key': { state: 'wanted', base: null, seen: null, says: 'create' },
  'to be made, named as gone: created under its key': { state: 'wanted', base: null, seen: 'gone', says: 'create' },
  'to be made, found as wanted: agreed': { state: 'wanted', base: null, seen: meeting, says: 'agree' },
  'to be made, found otherwise: ours is written, what stood there is on a card': {
    state: 'wanted',
    base: null,
    seen: moved,
    says: 'agree; write when; conflict when',
  },
  'to be made, unreadable: held': { state: 'wanted', base: null, seen: 'unreadable', says: 'hold unreadable' },
  'to be made, no longer wanted, not there: forgotten': {
    state: 'wanted',
    base: null,
    wanted: null,
    seen: null,
    says: 'forget',
  },
  'to be made, no longer wanted, gone: forgotten': {
    state: 'wanted',
    base: null,
    wanted: null,
    seen: 'gone',
    says: 'forget',
  },
  'to be made, no longer wanted, yet it was made: removed': {
    state: 'wanted',
    base: null,
    wanted: null,
    seen: meeting,
    says: 'remove',
  },
};

const placed: Rows = {
  'in place and in step: nothing': { says: '' },
  'in place, changed by us: written': { wanted: moved, says: 'write when' },
  'in place, changed by them': { seen: moved, says: theirs('when') },
  'in place, not looked at: nothing': { seen: null, says: '' },
  'in place, changed by us, not looked at: nothing is written unseen': { wanted: moved, seen: null, says: '' },
  'in place, deleted by its owner': { seen: 'gone', says: hideOrPutBack },
  'in place, deleted by its owner while we moved it: an edit beats a deletion': {
    wanted: moved,
    seen: 'gone',
    says: 'create anew',
  },
  'in place, deleted by its owner while we only pencilled it': {
    wanted: but({ busy: 'tentative' }),
    seen: 'gone',
    says: 'create anew',
  },
  'in place, unreadable: held': { seen: 'unreadable', says: 'hold unreadable' },
  'in place, unreadable and changed by us: held': { wanted: moved, seen: 'unreadable', says: 'hold unreadable' },
  'in place, no longer wanted: removed': { wanted: null, says: 'remove' },
  'in place, no longer wanted, moved by its owner: removed, the edit is kept on a card': {
    wanted: null,
    seen: moved,
    says: 'remove; orphaned-edit when',
  },
  'in place, no longer wanted, two fields changed by its owner: both are on the card': {
    wanted: null,
    seen: but({ when: noon, title: 'Cat' }),
    says: 'remove; orphaned-edit title, when',
  },
  'in place, no longer wanted, shown as free by its owner: that is no loss': {
    wanted: null,
    seen: but({ busy: 'free' }),
    says: 'remove',
  },
  'in place, no longer wanted, changed in a field the provider cannot show: no loss': {
    wanted: null,
    seen: but({ notes: 'x' }),
    fields: ['when', 'title'],
    says: 'remove',
  },
  'in place, no longer wanted, gone: forgotten': { wanted: null, seen: 'gone', says: 'forget' },
  'in place, no longer wanted, not looked at: forgotten': { wanted: null, seen: null, says: 'forget' },
  'in place, no longer wanted, unreadable: held': { wanted: null, seen: 'unreadable', says: 'hold unreadable' },
  'in place in a form of the provider’s own, no longer wanted: removed, and no person is blamed': {
    wanted: null,
    shown: but({ notes: '<p>Bring the schedule.</p>' }),
    says: 'remove',
  },
};

const hidden: Rows = {
  'hidden and unchanged: stays hidden': { state: 'hidden', seen: null, says: '' },
  'hidden and unchanged, named as gone once more: stays hidden': { state: 'hidden', seen: 'gone', says: '' },
  'hidden, then changed by us: made anew': { state: 'hidden', wanted: moved, seen: null, says: 'create anew' },
  'hidden, then changed by us, gone once more: made anew': {
    state: 'hidden',
    wanted: renamed,
    seen: 'gone',
    says: 'create anew',
  },
  'hidden, changed in a field the provider cannot show: stays hidden': {
    state: 'hidden',
    wanted: but({ url: 'https://x.test' }),
    seen: null,
    fields: ['when'],
    says: '',
  },
  'hidden with no agreement on record: made anew': { state: 'hidden', base: null, seen: null, says: 'create anew' },
  'hidden, put back by its owner: as in place': { state: 'hidden', says: '' },
  'hidden, put back by its owner at another time': { state: 'hidden', seen: moved, says: theirs('when') },
  'hidden, put back by its owner while we moved it: written': { state: 'hidden', wanted: moved, says: 'write when' },
  'hidden, unreadable: held': { state: 'hidden', seen: 'unreadable', says: 'hold unreadable' },
  'hidden and no longer wanted: forgotten': { state: 'hidden', wanted: null, seen: null, says: 'forget' },
  'hidden and no longer wanted, gone: forgotten': { state: 'hidden', wanted: null, seen: 'gone', says: 'forget' },
  'hidden and no longer wanted, but there again: removed': { state: 'hidden', wanted: null, says: 'remove' },
};

const removed: Rows = {
  'removed, wanted again: made anew': { state: 'removed', base: null, seen: null, says: 'create anew' },
  'removed, wanted again, named as gone: made anew': {
    state: 'removed',
    base: null,
    seen: 'gone',
    says: 'create anew',
  },
  'removed and not wanted: nothing': { state: 'removed', base: null, wanted: null, seen: null, says: '' },
  'removed and not wanted, gone: nothing': { state: 'removed', base: null, wanted: null, seen: 'gone', says: '' },
  'removed and not wanted, but there again: removed again': {
    state: 'removed',
    base: null,
    wanted: null,
    seen: meeting,
    says: 'remove',
  },
  'removed and not wanted, there again with an edit: removed again, the edit was carded before': {
    state: 'removed',
    wanted: null,
    seen: moved,
    says: 'remove',
  },
  'removed, unreadable: held': { state: 'removed', base: null, seen: 'unreadable', says: 'hold unreadable' },
};

const stuck: Rows = {
  'refused with this face: held': { state: 'stuck', refused: 'this', says: 'hold stuck' },
  'refused with this face, before it was ever made: held': {
    state: 'stuck',
    refused: 'this',
    base: null,
    seen: null,
    says: 'hold stuck',
  },
  'refused with this face, and gone: held': { state: 'stuck', refused: 'this', seen: 'gone', says: 'hold stuck' },
  'refused with this face, edited by a person: held, nothing is lost': {
    state: 'stuck',
    refused: 'this',
    seen: moved,
    says: {
      propose: 'hold stuck; proposal when',
      accept: 'take when; hold stuck',
      restore: 'hold stuck',
      publish: 'hold stuck',
    },
  },
  'refused with another face: written again': { state: 'stuck', refused: 'another', wanted: moved, says: 'write when' },
  'refused with another face, before it was ever made: created': {
    state: 'stuck',
    refused: 'another',
    base: null,
    seen: null,
    says: 'create',
  },
  'refused with another face, never made, named as gone: created': {
    state: 'stuck',
    refused: 'another',
    base: null,
    seen: 'gone',
    says: 'create',
  },
  'refused with another face, edited by a person: with nothing of ours to write it is refused no longer': {
    state: 'stuck',
    refused: 'another',
    seen: moved,
    says: {
      propose: 'agree ; proposal when',
      accept: 'agree ; take when',
      restore: 'write when; restored when',
      publish: 'write when; restored when',
    },
  },
  'refused, unreadable: held as unreadable': {
    state: 'stuck',
    refused: 'this',
    seen: 'unreadable',
    says: 'hold unreadable',
  },
  'refused and no longer wanted: removed': { state: 'stuck', refused: 'this', wanted: null, says: 'remove' },
  'refused, edited, and no longer wanted: removed, the edit is kept on a card': {
    state: 'stuck',
    refused: 'this',
    wanted: null,
    seen: moved,
    says: 'remove; orphaned-edit when',
  },
  'refused, never made, and no longer wanted: forgotten': {
    state: 'stuck',
    refused: 'this',
    base: null,
    wanted: null,
    seen: null,
    says: 'forget',
  },
  'a removal was refused, and it is wanted again: as in place': { state: 'stuck', wanted: moved, says: 'write when' },
};

const restored: Rows = {
  'nothing on record, found as wanted: agreed': { base: null, seen: meeting, says: 'agree' },
  'nothing on record, found in the provider’s form of it: agreed': {
    base: null,
    seen: but({ title: 'Production' }),
    canon: fields => (fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 10) }),
    says: 'agree',
  },
  'nothing on record, found at another time: ours is written, theirs is on a card': {
    base: null,
    seen: moved,
    says: 'agree; write when; conflict when',
  },
  'nothing on record, two fields differ: one card': {
    base: null,
    seen: but({ when: noon, title: 'Cat' }),
    says: 'agree; write title, when; conflict title, when',
  },
  'nothing on record, shown as free: ours is written and nobody is asked': {
    base: null,
    seen: but({ busy: 'free' }),
    says: 'agree; write busy',
  },
  'nothing on record, differing where the provider cannot show it: agreed': {
    base: null,
    seen: but({ url: 'https://x.test' }),
    fields: ['when', 'title', 'place'],
    says: 'agree',
  },
  'nothing on record, and gone: made anew, for nobody knows what they deleted': {
    base: null,
    seen: 'gone',
    says: 'create anew',
  },
  'nothing on record, a value turned down does not count: a conflict': {
    base: null,
    seen: moved,
    declined: { when: eleven },
    says: 'agree; write when; conflict when',
  },
  'nothing on record, no longer wanted: removed without a card': {
    base: null,
    wanted: null,
    seen: moved,
    says: 'remove',
  },
};

playRows('a copy that there never was', none);
playRows('a copy to be made', wanted);
playRows('a copy in place', placed);
playRows('a hidden copy', hidden);
playRows('a removed copy', removed);
playRows('a refused copy', stuck);
playRows('a restored store', restored);

describe('the table of states', () => {
  it('holds every state in every mode', () => {
    const tables = [none, wanted, placed, hidden, removed, stuck, restored];
    expect(tables.map(countCases).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(280);
  });
});
