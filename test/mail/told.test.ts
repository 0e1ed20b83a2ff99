import { describe, expect, it } from 'vitest';
import type { EventContent, ScheduledEvent } from '../../src/model/event.ts';
import { brandId } from '../../src/model/ids.ts';
import {
  asked,
  at,
  copied,
  Desk,
  edited,
  event,
  localDate,
  minutes,
  person,
  routes,
  snapshotOf,
  tidewrack,
  timed,
  venue,
  withEvents,
} from './world.ts';

const morning = at('2027-03-01T09:00');
const meeting = event('E100');

/** A desk where everyone has been told of these events. */
function afterTelling(events: readonly ScheduledEvent[], base = snapshotOf(events)) {
  const desk = new Desk();
  desk.plan(base, morning);
  desk.deliver(base, morning);
  const next = (...values: ScheduledEvent[]) => withEvents(base, ...values);
  return { desk, base, next };
}
const later = morning + minutes(60);

describe('what is told', () => {
  it('a confirmed event invites each person once, and planning again puts nothing', () => {
    const desk = new Desk();
    const base = snapshotOf([meeting]);
    const put = desk.plan(base, morning);
    expect(put.map(({ kind, reader, state, waitsFor }) => [kind, reader.person, state, waitsFor])).toEqual([
      ['invite', 'C01', 'held', 'quiet'],
      ['invite', 'C02', 'held', 'quiet'],
    ]);
    expect(desk.plan(base, morning + minutes(5))).toEqual([]);
    desk.deliver(base, later);
    expect(desk.plan(base, later + minutes(5))).toEqual([]);
  });

  it('S76 a first import mails nobody until a person releases it', () => {
    const people = Array.from({ length: 60 }, (_, n) => person({ id: `C${n}` }));
    const everyone = asked(...people.map(one => one.id));
    const events = Array.from({ length: 400 }, (_, n) =>
      event(`E${n}`, { required: everyone.slice(n % 50, (n % 50) + 5) }),
    );
    const put = new Desk().plan(snapshotOf(events, { people }), morning, { firstImport: true });
    expect(put.length).toBe(2000);
    expect(new Set(put.map(message => `${message.state}/${message.waitsFor}`))).toEqual(new Set(['held/release']));
  });

  it('S76 a calendar linked to a person mails them nothing', () => {
    const shoot = event('SD01', { kind: 'shoot_day' });
    const { desk, base } = afterTelling([meeting, shoot]);
    expect(desk.told.length).toBe(4);
    desk.carriers = copied;
    expect(desk.plan(base, later)).toEqual([]);
  });

  it('a batch over the limit waits for release as a whole; one at the limit does not', () => {
    const people = Array.from({ length: 41 }, (_, n) => person({ id: `C${n}` }));
    const all = event('E1', { required: asked(...people.map(one => one.id)) });
    const fewer = event('E1', { required: asked(...people.slice(1).map(one => one.id)) });
    const waits = (put: ReturnType<Desk['plan']>) => new Set(put.map(message => message.waitsFor));
    expect(waits(new Desk().plan(snapshotOf([all], { people }), morning))).toEqual(new Set(['release']));
    expect(waits(new Desk().plan(snapshotOf([fewer], { people }), morning))).toEqual(new Set(['quiet']));
  });

  it('S77 a change of venue alone mails every attendee once', () => {
    const { desk, next } = afterTelling([meeting]);
    const put = desk.plan(next(edited(meeting, { venue: brandId('V02') })), later);
    expect(
      put.map(({ kind, reader, statement, sequence }) => [kind, reader.person, statement?.place, sequence]),
    ).toEqual([
      ['update', 'C01', 'Venue V02, V02 Road, Bristol BS1 1AA', 1],
      ['update', 'C02', 'Venue V02, V02 Road, Bristol BS1 1AA', 1],
    ]);
  });

  it('S78 a guest added to a meeting of forty is the only one mailed', () => {
    const people = Array.from({ length: 41 }, (_, n) => person({ id: `C${n}` }));
    const names = people.map(one => one.id);
    const forty = event('E100', { required: asked(...names.slice(0, 40)) });
    const { desk, next } = afterTelling([forty], snapshotOf([forty], { people }));
    expect(desk.told.length).toBe(40);
    const put = desk.plan(next(edited(forty, { required: asked(...names) }, false)), later);
    expect(put.map(({ kind, reader }) => [kind, reader.person])).toEqual([['invite', 'C40']]);
  });

  it('S79 five edits in three minutes, the last undoing the first, leave no mail', () => {
    const { desk, next } = afterTelling([meeting]);
    const hours = ['15:00', '16:00', '17:00', '18:00'] as const;
    let now = later;
    let current = meeting;
    for (const hour of hours) {
      current = edited(current, { when: timed('2027-03-16', hour, '19:00') });
      now += 40_000;
      expect(desk.plan(next(current), now).length).toBe(2);
    }
    const open = desk.messages.filter(message => message.state === 'held');
    expect(open.length, 'one open message an event and reader').toBe(2);
    expect(open[0]?.dueAt, 'the quiet period restarts').toBe(now + minutes(10));
    desk.plan(next(edited(current, { when: meeting.content.when })), now + 40_000);
    expect(desk.messages.filter(message => message.state !== 'sent').map(message => message.state)).toEqual([
      'dropped',
      'dropped',
    ]);
  });

  it('S79 five edits that end elsewhere leave one mail with the net change', () => {
    const { desk, next } = afterTelling([meeting]);
    let current = meeting;
    for (const hour of ['10:00', '11:00', '12:00', '13:00', '09:00']) {
      current = edited(current, { when: timed('2027-03-16', hour, '19:00') });
      desk.plan(next(current), later);
    }
    const open = desk.messages.filter(message => message.state === 'held');
    expect(open.map(({ statement, sequence }) => [statement?.when.start, sequence])).toEqual([
      ['2027-03-16T09:00:00', 5],
      ['2027-03-16T09:00:00', 5],
    ]);
  });

  it('S80 a note, a role or a detail alone mails nobody', () => {
    const { desk, next } = afterTelling([meeting]);
    const changed: Partial<EventContent> = { notes: 'Bring plans', required: asked('C01'), optional: asked('C02') };
    expect(desk.plan(next(edited(meeting, changed, false)), later)).toEqual([]);
  });

  it('S83 a cancellation goes to exactly those who had the request, with a higher sequence', () => {
    const { desk, next } = afterTelling([meeting]);
    desk.told = desk.told.filter(told => told.reader.person === 'C01');
    const put = desk.plan(next(edited(meeting, { status: 'cancelled' })), later);
    expect(put.map(({ kind, reader, statement, sequence }) => [kind, reader.person, statement, sequence])).toEqual([
      ['cancel', 'C01', null, 1],
    ]);
  });

  it('S83 who is taken off an event gets the cancellation, the others nothing', () => {
    const { desk, next } = afterTelling([meeting]);
    const put = desk.plan(next(edited(meeting, { required: asked('C01') }, false)), later);
    expect(put.map(({ kind, reader, sequence }) => [kind, reader.person, sequence])).toEqual([['cancel', 'C02', 1]]);
  });

  it('a cancelled event that nobody was told of drops its invitations', () => {
    const desk = new Desk();
    desk.plan(snapshotOf([meeting]), morning);
    desk.plan(snapshotOf([edited(meeting, { status: 'cancelled' })]), later);
    expect(desk.messages.map(message => message.state)).toEqual(['dropped', 'dropped']);
  });

  it('a dead event whose id is used anew is taken back before the new one is told', () => {
    const { desk, base } = afterTelling([meeting]);
    const anew = { ...meeting, uid: 'another@callboard', incarnation: 1 };
    expect(desk.plan(withEvents(base, anew), later).map(({ kind }) => kind)).toEqual(['cancel', 'cancel']);
    desk.deliver(withEvents(base, anew), later);
    expect(desk.plan(withEvents(base, anew), later).map(({ kind }) => kind)).toEqual(['invite', 'invite']);
  });

  it('events that are over are not mailed about, whatever changes', () => {
    const { desk, next } = afterTelling([meeting]);
    const after = at('2027-03-16T15:00');
    expect(desk.plan(next(edited(meeting, { venue: brandId('V02') })), after)).toEqual([]);
    expect(desk.plan(next(edited(meeting, { status: 'cancelled' })), after)).toEqual([]);
    expect(new Desk().plan(snapshotOf([meeting]), after)).toEqual([]);
  });

  it('a pencilled event invites nobody, but those who were told of it hear that it is provisional', () => {
    const pencilled = edited(meeting, { status: 'pencilled' });
    expect(new Desk().plan(snapshotOf([pencilled]), morning)).toEqual([]);
    const { desk, next } = afterTelling([meeting]);
    expect(desk.plan(next(pencilled), later).map(({ kind, statement }) => [kind, statement?.status])).toEqual([
      ['update', 'tentative'],
      ['update', 'tentative'],
    ]);
  });

  it('a shoot day is mailed to who has no copy of it alone', () => {
    const shoot = event('SD01', { kind: 'shoot_day' });
    const desk = new Desk();
    desk.carriers = id => (id === 'C01' ? 'copy' : 'invite');
    expect(routes(desk.plan(snapshotOf([shoot]), morning))).toEqual(['C02']);
  });

  it('a message refused for good is not tried again with the same words', () => {
    const desk = new Desk();
    const base = snapshotOf([meeting]);
    desk.plan(base, morning);
    desk.messages = desk.messages.map(message => ({ ...message, state: 'failed', problem: 'refused' }));
    expect(desk.plan(base, later)).toEqual([]);
    expect(desk.plan(withEvents(base, edited(meeting, { venue: brandId('V02') })), later).length).toBe(2);
  });

  it('a change of routing does not tell an artist that the event is off', () => {
    const agent = person({ id: 'AG1', kind: 'agent' });
    const artist = person({ id: 'C01', kind: 'cast', agent: 'AG1', routing: 'agent_and_artist' });
    const fitting = event('E100', { required: asked('C01') });
    const { desk, base } = afterTelling([fitting], snapshotOf([fitting], { people: [artist, agent] }));
    const people = new Map([...base.people, [artist.id, { ...artist, routing: 'agent_only' as const }]]);
    expect(desk.plan({ ...base, people }, later)).toEqual([]);
  });
});

describe('when it goes', () => {
  const dueAt = (now: string, start: string) => {
    const soon = event('E1', { when: { ...timed('2027-03-16', '00:00', '23:00'), start: `${start}:00` } as never });
    const [message] = new Desk().plan(snapshotOf([soon]), at(now));
    return [
      message?.state,
      Temporal.Instant.fromEpochMilliseconds(message?.dueAt ?? 0)
        .toZonedDateTimeISO('Europe/London')
        .toString()
        .slice(0, 16),
    ];
  };
  it.each([
    ['after the quiet period', '2027-03-10T12:00', '2027-03-16T14:00', 'held', '2027-03-10T12:10'],
    ['not at night', '2027-03-10T22:00', '2027-03-16T14:00', 'held', '2027-03-11T07:00'],
    ['not before seven', '2027-03-10T03:00', '2027-03-16T14:00', 'held', '2027-03-10T07:00'],
    [
      'N09 at once inside twelve hours, at night too',
      '2027-03-15T23:10',
      '2027-03-16T07:00',
      'due',
      '2027-03-15T23:10',
    ],
    ['never later than twelve hours before', '2027-03-15T21:30', '2027-03-16T10:00', 'held', '2027-03-15T22:00'],
  ])('%s', (_, now, start, state, due) => {
    expect(dueAt(now, start)).toEqual([state, due]);
  });

  it('N09 an event taken away from tomorrow morning is told tonight', () => {
    const { desk, next } = afterTelling([meeting]);
    const night = at('2027-03-16T03:00');
    const moved = edited(meeting, { when: timed('2027-03-23', '14:00', '15:00') });
    expect(desk.plan(next(moved), night).map(message => [message.state, message.dueAt])).toEqual([
      ['due', night],
      ['due', night],
    ]);
  });
});

describe('TIDEWRACK', () => {
  it('N01 issuing RC4 makes 21 attendee messages', () => {
    const put = new Desk().plan(tidewrack('E026'), morning);
    expect(put.length).toBe(21);
    expect(new Set(routes(put)).size).toBe(21);
    expect(put.filter(message => message.statement?.role === 'optional').map(({ reader }) => reader.person)).toEqual([
      'C45',
      'C48',
    ]);
  });

  it("N03 moving CA06's fitting mails CA06, her agent and the costume people of it", () => {
    const base = tidewrack('E016');
    const [fitting] = base.events.values();
    if (!fitting) throw new Error('E016 is not in the sheet');
    const desk = new Desk();
    desk.plan(base, morning);
    desk.deliver(base, morning);
    const put = desk.plan(withEvents(base, edited(fitting, { when: timed('2027-03-10', '16:00', '17:00') })), later);
    expect(routes(put)).toEqual(['AG04>CA06', 'C45', 'C46', 'CA06']);
    expect(new Set(put.map(message => message.kind))).toEqual(new Set(['update']));
  });

  it('N05 a child gets no mail: guardian, agent and chaperone do, the chaperone once', () => {
    const put = new Desk().plan(tidewrack('SD37'), morning, { reviewOver: 1000 });
    expect(routes(put).filter(route => /CA03|C63|C64/.test(route))).toEqual(['AG03>CA03', 'C63', 'C64', 'GU03>CA03']);
  });

  it('N07 renaming E012 mails nobody', () => {
    const base = tidewrack('E012');
    const [tone] = base.events.values();
    if (!tone) throw new Error('E012 is not in the sheet');
    const desk = new Desk();
    desk.plan(base, morning);
    desk.deliver(base, morning);
    expect(desk.plan(withEvents(base, edited(tone, { title: 'Tone meeting, block one' }, false)), later)).toEqual([]);
  });
});

describe('people who come and go', () => {
  it('nobody is mailed about days outside their engagement', () => {
    const people = [
      person({ id: 'C01', end: localDate('2027-03-10') }),
      person({ id: 'C02', start: localDate('2027-04-01') }),
    ];
    expect(new Desk().plan(snapshotOf([meeting], { people, venues: [venue({ id: 'V01' })] }), morning)).toEqual([]);
  });
});
