/** A series, taken apart into its rule and its differing dates, in every mode. */
import { at, but, eleven, everyMonday, meeting, noon, on, seriesOf, weekly } from './faces.ts';
import { playRows, type Row } from './plan-cases.ts';

const theirs = (units: string): Row['says'] => ({
  propose: `proposal ${units}`,
  accept: `take ${units}`,
  restore: `write ${units}; restored ${units}`,
  publish: `write ${units}; restored ${units}`,
});

const plain = weekly();
const afternoon = at('15T14:00', '15T15:00');
const evening = at('15T18:00', '15T19:00');
const twoOff = weekly({ off: ['22'] });
const moved15 = weekly({ at: { '15': afternoon } });
const fortnightly = weekly({ rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO' });
const tuesdays = weekly({ rrule: 'FREQ=WEEKLY;BYDAY=TU' });
const mine = { wanted: plain, base: plain };

playRows('one date of a series', {
  'in step: nothing': { ...mine, says: '' },
  'we move a date: the series is written with its start': { ...mine, wanted: moved15, says: 'write 15' },
  'they move a date': { ...mine, seen: moved15, says: theirs('15') },
  'we cancel a date': { ...mine, wanted: twoOff, says: 'write 22' },
  'they cancel a date': { ...mine, seen: twoOff, says: theirs('22') },
  'we bring a cancelled date back': { wanted: plain, base: twoOff, says: 'write 22' },
  'they bring a cancelled date back': { wanted: twoOff, base: twoOff, seen: plain, says: theirs('22') },
  'we put a moved date back to its hour': { wanted: plain, base: moved15, says: 'write 15' },
  'they put a moved date back to its hour': { wanted: moved15, base: moved15, seen: plain, says: theirs('15') },
  'we cancel a date that was moved': { wanted: weekly({ off: ['15'] }), base: moved15, says: 'write 15' },
  'they cancel a date that we had moved': {
    wanted: moved15,
    base: moved15,
    seen: weekly({ off: ['15'] }),
    says: theirs('15'),
  },
  'they move a date that was cancelled': {
    wanted: twoOff,
    base: twoOff,
    seen: weekly({ at: { '22': noon } }),
    says: theirs('22'),
  },
  'they rename one date only': {
    ...mine,
    seen: but({
      series: {
        rrule: everyMonday,
        exdates: [],
        overrides: [
          {
            occurrence: on('15'),
            face: { when: at('15T10:00', '15T11:00'), title: 'Cat', place: meeting.place, notes: '', busy: 'busy' },
          },
        ],
      },
    }),
    says: theirs('15'),
  },
  'they move a date and cancel another: one card with both': {
    ...mine,
    seen: weekly({ off: ['22'], at: { '15': afternoon } }),
    says: theirs('15, 22'),
  },
  'we move a date and cancel another: one write': {
    ...mine,
    wanted: weekly({ off: ['22'], at: { '15': afternoon } }),
    says: 'write 15, 22',
  },
});

playRows('dates of a series that both sides touch', {
  'both move the same date to the same hour: the base follows': {
    ...mine,
    wanted: moved15,
    seen: moved15,
    says: 'agree 15',
  },
  'both move the same date to different hours: ours is written, theirs is on a card': {
    ...mine,
    wanted: moved15,
    seen: weekly({ at: { '15': evening } }),
    says: 'write 15; conflict 15',
  },
  'both cancel the same date: the base follows': { ...mine, wanted: twoOff, seen: twoOff, says: 'agree 22' },
  'we cancel the date that they move': {
    ...mine,
    wanted: weekly({ off: ['15'] }),
    seen: moved15,
    says: 'write 15; conflict 15',
  },
  'we move the date that they cancel': {
    ...mine,
    wanted: moved15,
    seen: weekly({ off: ['15'] }),
    says: 'write 15; conflict 15',
  },
  'we move one date, they another': {
    ...mine,
    wanted: moved15,
    seen: weekly({ at: { '22': noon } }),
    says: {
      propose: 'write 15; proposal 22',
      accept: 'take 22; write 15',
      restore: 'write 15, 22; restored 22',
      publish: 'write 15, 22; restored 22',
    },
  },
  'we cancel one date, they another': {
    ...mine,
    wanted: twoOff,
    seen: weekly({ off: ['29'] }),
    says: {
      propose: 'write 22; proposal 29',
      accept: 'take 29; write 22',
      restore: 'write 22, 29; restored 29',
      publish: 'write 22, 29; restored 29',
    },
  },
  'both bring the same cancelled date back: the base follows': {
    wanted: plain,
    base: twoOff,
    seen: plain,
    says: 'agree 22',
  },
  'we bring back the cancelled date that they move': {
    wanted: plain,
    base: twoOff,
    seen: weekly({ at: { '22': noon } }),
    says: 'write 22; conflict 22',
  },
  'both cancel one date, each moves another': {
    ...mine,
    wanted: weekly({ off: ['22'], at: { '15': afternoon } }),
    seen: weekly({ off: ['22'], at: { '29': noon } }),
    says: {
      propose: 'agree 22; write 15; proposal 29',
      accept: 'agree 22; take 29; write 15',
      restore: 'agree 22; write 15, 29; restored 29',
      publish: 'agree 22; write 15, 29; restored 29',
    },
  },
  'the same dates listed in another order are the same': {
    wanted: weekly({ off: ['22', '15'] }),
    base: weekly({ off: ['15', '22'] }),
    seen: weekly({ off: ['22', '15'] }),
    says: '',
  },
});

playRows('the rule of a series', {
  'we change the rule': { ...mine, wanted: fortnightly, says: 'write rule' },
  'they change the rule': { ...mine, seen: fortnightly, says: theirs('rule') },
  'both change the rule the same': { ...mine, wanted: fortnightly, seen: fortnightly, says: 'agree rule' },
  'both change the rule otherwise': {
    ...mine,
    wanted: fortnightly,
    seen: tuesdays,
    says: 'write rule; conflict rule',
  },
  'we change the rule, they move a date: the date is kept in what we write': {
    ...mine,
    wanted: fortnightly,
    seen: weekly({ at: { '22': afternoon } }),
    says: {
      propose: 'write rule; proposal 22',
      accept: 'take 22; write rule',
      restore: 'write 22, rule; restored 22',
      publish: 'write 22, rule; restored 22',
    },
  },
  'we change the rule, they move a date that it no longer has: ours, and theirs is on a card': {
    ...mine,
    wanted: fortnightly,
    seen: moved15,
    says: 'write 15, rule; conflict 15',
  },
  'they change the rule, we cancel a date': {
    ...mine,
    wanted: twoOff,
    seen: fortnightly,
    says: {
      propose: 'write 22; proposal rule',
      accept: 'take rule; write 22',
      restore: 'write 22, rule; restored rule',
      publish: 'write 22, rule; restored rule',
    },
  },
  'a provider rewrites the rule: at rest': { ...mine, shown: weekly({ rrule: 'BYDAY=MO;FREQ=WEEKLY' }), says: '' },
  'we make a single event a series': { wanted: twoOff, base: meeting, says: 'write 22, rule' },
  'they make a single event a series': { seen: twoOff, says: theirs('22, rule') },
  'both make it the same series': { wanted: twoOff, base: meeting, seen: twoOff, says: 'agree 22, rule' },
  'both make it a series, of different days': {
    wanted: weekly(),
    base: meeting,
    seen: tuesdays,
    says: 'write rule; conflict rule',
  },
  'we make the series a single event': { wanted: meeting, base: twoOff, says: 'write 22, rule' },
  'they make the series a single event': { wanted: twoOff, base: twoOff, seen: meeting, says: theirs('22, rule') },
  'both make the series a single event': { wanted: meeting, base: twoOff, seen: meeting, says: 'agree 22, rule' },
  'a provider without series is not asked about one': {
    wanted: twoOff,
    base: meeting,
    fields: ['when', 'title'],
    says: '',
  },
});

const later = (dates: Parameters<typeof seriesOf>[0] = {}) => but({ when: eleven, series: seriesOf(dates) });

playRows('the start of a series', {
  'we move all of it: the time is written': { ...mine, wanted: later(), says: 'write when' },
  'they move all of it': { ...mine, seen: later(), says: theirs('when') },
  'both move all of it to the same hour': { ...mine, wanted: later(), seen: later(), says: 'agree when' },
  'we move all of it, they move a date': {
    ...mine,
    wanted: later(),
    seen: moved15,
    says: {
      propose: 'write when; proposal 15',
      accept: 'take 15; write when',
      restore: 'write 15, when; restored 15',
      publish: 'write 15, when; restored 15',
    },
  },
  'they move all of it, we cancel a date: their start comes along unwritten by us': {
    ...mine,
    wanted: twoOff,
    seen: later(),
    says: {
      propose: 'write 22; proposal when',
      accept: 'take when; write 22',
      restore: 'write 22, when; restored when',
      publish: 'write 22, when; restored when',
    },
  },
  'they rename the series, we cancel a date': {
    ...mine,
    wanted: twoOff,
    seen: but({ title: 'Cat' }, plain),
    says: {
      propose: 'write 22; proposal title',
      accept: 'take title; write 22',
      restore: 'write 22, title; restored title',
      publish: 'write 22, title; restored title',
    },
  },
});

playRows('a date of a series that was turned down', {
  'seen again is put back': { ...mine, seen: moved15, declined: { series: moved15.series }, says: 'write 15' },
  'at another hour is asked about anew': {
    ...mine,
    seen: weekly({ at: { '15': evening } }),
    declined: { series: moved15.series },
    says: theirs('15'),
  },
  'does not stand for another date': {
    ...mine,
    seen: weekly({ at: { '15': afternoon, '22': noon } }),
    declined: { series: moved15.series },
    says: {
      propose: 'write 15; proposal 22',
      accept: 'take 22; write 15',
      restore: 'write 15, 22; restored 22',
      publish: 'write 15, 22; restored 22',
    },
  },
});

playRows('a series as a whole', {
  'deleted by its owner': {
    ...mine,
    seen: 'gone',
    says: { propose: 'hide', accept: 'hide', restore: 'hide', publish: 'create anew' },
  },
  'deleted by its owner while we cancelled a date': { ...mine, wanted: twoOff, seen: 'gone', says: 'create anew' },
  'no longer wanted, with a date moved by its owner': {
    wanted: null,
    base: plain,
    seen: moved15,
    says: 'remove; orphaned-edit 15',
  },
  'nothing on record, one date differs': {
    wanted: twoOff,
    base: null,
    seen: plain,
    says: 'agree; write 22; conflict 22',
  },
});
