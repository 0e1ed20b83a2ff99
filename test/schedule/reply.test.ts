/** The one door for answers: who may give them, what they are worth, and what the office hears of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventContent } from '../../src/model/event.ts';
import { brandId, type EventId, type PersonId, type VenueId } from '../../src/model/ids.ts';
import type { Person } from '../../src/model/person.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import type { LocalDate, LocalDateTime, When, ZoneName } from '../../src/model/when.ts';
import { type GivenReply, recordReply, reportStranger } from '../../src/schedule/reply.ts';
import { newestOf, standing, versionAnswered } from '../../src/schedule/reply-standing.ts';
import { cancelEvent, saveEvent } from '../../src/schedule/save.ts';
import type { Store } from '../../src/store/store.ts';
import { resolveFinding } from '../../src/sync/resolve.ts';
import { blankPerson } from '../blank.ts';
import { told } from '../store/samples.ts';
import { emptyStore, eventOf, london, meeting, production, now as start } from './world.ts';

const id = brandId<EventId>('E1');
const person = (text: string) => brandId<PersonId>(text);
const required = (...people: string[]) => people.map(each => ({ kind: 'person', id: person(each) }) as const);
const timed = (day: string, from: string, to: string, zone: ZoneName = london): When => ({
  kind: 'timed',
  start: `2027-03-${day}T${from}:00` as LocalDateTime,
  end: `2027-03-${day}T${to}:00` as LocalDateTime,
  zone,
});
const minute = 60_000;

let store: Store;
let clock: number;
let ids: number;
const stamp = {
  now: () => clock,
  id: () => {
    ids += 1;
    return `f${ids}`;
  },
};

beforeEach(async () => {
  store = await emptyStore();
  [clock, ids] = [start, 0];
  const artist = { kind: 'cast', agent: person('AG') } as const;
  for (const [name, details] of Object.entries<Partial<Person>>({
    C1: {},
    C2: { delegate: person('PA') },
    C3: {},
    PA: {},
    AG: { kind: 'agent' },
    GU: { kind: 'guardian' },
    CA1: { ...artist, routing: 'agent_only' },
    CA2: { ...artist, routing: 'agent_and_artist' },
    CHILD: { ...artist, guardian: person('GU'), born: '2016-01-01' as LocalDate },
  })) {
    await store.write(r =>
      r.schedule.putPerson({ ...blankPerson, ...details, production, id: person(name), name: `Name ${name}` }, null),
    );
  }
  await save({ required: required('C1', 'C2', 'CA1', 'CA2', 'CHILD'), optional: required('C3') });
});
afterEach(() => store[Symbol.asyncDispose]());

async function save(changes: Partial<EventContent>): Promise<void> {
  clock += minute;
  await store.write(async r => {
    const current = await r.schedule.event(production, id);
    const content = { ...(current?.content ?? { ...meeting, title: 'Recce' }), ...changes };
    const edit = { production, id, expected: current?.version ?? null, content, by: 'Bronwen' };
    await saveEvent(r, { ...edit, source: 'web', now: clock, held: [] });
  });
}

/** An answer of C1 that came in now. */
function give(given: Partial<GivenReply> = {}) {
  clock += minute;
  const by = given.by ?? person('C1');
  const plain = { production, event: id, by, person: by, answer: 'accepted', occurrence: null } as const;
  const rest = { proposed: null, comment: '', source: 'mail', version: null, at: clock } as const;
  return store.write(async r => (await recordReply(r, { ...plain, ...rest, ...given }, stamp)).kind);
}

/** What holds of each person, e.g. `C1 accepted`; `C1 accepted v1` where that is no answer to what stands. */
async function answers(): Promise<string[]> {
  const event = await eventOf(store, id);
  const { replies, history } = await store.read(async r => ({
    replies: await r.replies.of(production, id),
    history: await r.schedule.history(production, id),
  }));
  return newestOf(replies).map(one => {
    const version = standing(one, event, history) === 'current' ? '' : ` v${one.version}`;
    return `${one.person} ${one.answer}${version}${one.occurrence === null ? '' : ` ${one.occurrence}`}`;
  });
}

const cards = async (state: 'open' | 'closed' | 'decided' = 'open') =>
  (await store.read(r => r.findings.list(production, state))).map(({ title }) => title);

describe('who may answer for whom', () => {
  it.each([
    ['C1', 'C1', 'recorded', 'themself'],
    ['PA', 'C2', 'recorded', 'who may edit their diary'],
    ['PA', 'C1', 'not-theirs-to-give', 'somebody else’s delegate'],
    ['C2', 'C1', 'not-theirs-to-give', 'another guest'],
    ['AG', 'CA1', 'recorded', 'the agent of an artist who is reached by the agent only'],
    ['CA1', 'CA1', 'not-theirs-to-give', 'that artist themself'],
    ['AG', 'CA2', 'recorded', 'the agent of an artist who reads along'],
    ['CA2', 'CA2', 'recorded', 'that artist themself'],
    ['GU', 'CHILD', 'recorded', 'a child’s guardian'],
    ['AG', 'CHILD', 'recorded', 'a child’s agent'],
    ['CHILD', 'CHILD', 'not-theirs-to-give', 'a child'],
    ['PA', 'PA', 'not-invited', 'who is not asked'],
    ['X9', 'X9', 'not-invited', 'who is on no list'],
  ] as const)('%s for %s: %s (%s)', async (by, about, kind, _who) => {
    expect(await give({ by: person(by), person: person(about) })).toBe(kind);
    expect(await answers()).toEqual(kind === 'recorded' ? [`${about} accepted`] : []);
    expect(await cards()).toHaveLength(kind === 'recorded' ? 0 : 1);
  });

  it('is found out where the answer does not say: themself, or the one they were told of', async () => {
    const tell = (about: string) => ({
      ...told('E1', 'AG'),
      production,
      event: id,
      reader: { person: person('AG'), about: person(about) },
    });
    expect(await give({ person: null })).toBe('recorded');
    expect(await give({ by: person('AG'), person: null })).toBe('not-invited');
    await store.write(r => r.mail.putTold(tell('CA1')));
    expect(await give({ by: person('AG'), person: null })).toBe('recorded');
    await store.write(r => r.mail.putTold(tell('CA2')));
    expect(await give({ by: person('AG'), person: null })).toBe('unclear-whose');
    expect(await answers()).toEqual(['C1 accepted', 'CA1 accepted']);
  });

  it('R07 a stranger who answers a forwarded invitation is not added; a card says so, once', async () => {
    const stranger = {
      production,
      event: id,
      address: 'Who@elsewhere.test',
      answer: 'accepted',
      why: 'stranger',
    } as const;
    const report = () => store.write(r => reportStranger(r, stranger, stamp));
    await report();
    await report();
    const [card] = await store.read(r => r.findings.list(production));
    expect(card).toMatchObject({ kind: 'reply', state: 'open', title: expect.stringContaining('Who@elsewhere.test') });
    const resolution = { id: card!.id, choice: 'canonical', by: 'Bronwen', now: clock, held: [] } as const;
    await resolveFinding(store, resolution);
    await report();
    expect(await cards()).toEqual([]);
    expect((await eventOf(store, id)).content.required).toHaveLength(5);
  });

  it('an answer to an event that nobody knows is none', async () => {
    expect(await give({ event: brandId<EventId>('E9') })).toBe('no-such-event');
  });
});

describe('S86 an answer stays', () => {
  beforeEach(async () => {
    await give();
  });

  it.each<[string, Partial<EventContent>]>([
    ['another guest', { required: required('C1', 'C2', 'C3') }],
    ['notes', { notes: 'Boots' }],
    ['a title', { title: 'Another' }],
    ['who owns it', { owner: person('C1') }],
  ])('through %s', async (_what, changes) => {
    await save(changes);
    expect(await answers()).toEqual(['C1 accepted']);
  });

  it.each<[string, Partial<EventContent>]>([
    ['its time', { when: timed('02', '12:00', '13:00') }],
    ['its place', { venue: brandId<VenueId>('V1') }],
    ['its rule', { rrule: 'FREQ=DAILY;COUNT=3' }],
  ])('as one to the earlier version when %s changes, and counts again when that is undone', async (_what, changes) => {
    const { content } = await eventOf(store, id);
    await save(changes);
    await save({ notes: 'Boots' });
    expect(await answers()).toEqual(['C1 accepted v1']);
    await save(content);
    expect(await answers()).toEqual(['C1 accepted']);
  });

  it('as one to the earlier event when it was cancelled and set again', async () => {
    const { content } = await eventOf(store, id);
    const edit = { production, id, expected: 1, by: 'Bronwen', source: 'web', now: clock, held: [] } as const;
    await store.write(r => cancelEvent(r, edit));
    await store.write(r => saveEvent(r, { ...edit, expected: null, content }));
    expect(await answers()).toEqual(['C1 accepted v1']);
  });

  it('of a version that is being prepared nobody has been told: it changes nothing', async () => {
    const held = { production, id, expected: 1, by: 'Bronwen', source: 'web', now: clock, held: ['meeting'] } as const;
    const { content } = await eventOf(store, id);
    await store.write(r => saveEvent(r, { ...held, content: { ...content, when: timed('02', '12:00', '13:00') } }));
    expect((await eventOf(store, id)).published?.version).toBe(1);
    expect(await answers()).toEqual(['C1 accepted']);
  });
});

describe('an answer to one date of a series', () => {
  const second = '2027-03-09T10:00:00' as OccurrenceStart;
  const change = (changes: object) => ({
    occurrence: second,
    status: 'changed' as const,
    when: null,
    venue: null,
    title: null,
    notes: null,
    ...changes,
  });
  beforeEach(async () => {
    await save({ rrule: 'FREQ=WEEKLY;COUNT=5' });
    await give();
    await give({ answer: 'tentative', occurrence: second });
  });
  const both = (of: string, date: string) => [`C1 accepted${of}`, `C1 tentative${date} ${second}`];

  it.each([
    ['stands beside that to all of it', {}, both('', '')],
    [
      'is asked anew when that date moves',
      { overrides: [change({ when: timed('10', '10:00', '11:00') })] },
      both(' v2', ' v2'),
    ],
    ['is not when that date gets a title', { overrides: [change({ title: 'Tone' })] }, both('', '')],
    ['is over when that date is left out; the others stand', { except: [second] }, both('', ' v2')],
    [
      'stands when another date moves',
      { overrides: [change({ occurrence: '2027-03-16T10:00:00', venue: 'V1' })] },
      both(' v2', ''),
    ],
  ])('%s', async (_what, changes, expected) => {
    await save(changes as Partial<EventContent>);
    expect(await answers()).toEqual(expected);
  });
});

describe('what is on record already, or overtaken', () => {
  const at = () => clock;

  it('is not taken twice, whichever way and whenever it comes', async () => {
    const said = { at: start, answer: 'tentative', comment: 'Perhaps' } as const;
    expect(await give(said)).toBe('recorded');
    expect(await give(said)).toBe('duplicate');
    expect(await give({ ...said, source: 'calendar', comment: '', at: at() })).toBe('duplicate');
    expect(await give({ at: start + 1 })).toBe('recorded');
    expect(await give(said)).toBe('duplicate');
    expect(await answers()).toEqual(['C1 accepted']);
  });

  it('S86 is dropped when it was given before the one on record', async () => {
    const [first, second] = [at() + 1, at() + 2];
    expect(await give({ at: second, answer: 'declined' })).toBe('recorded');
    expect(await give({ at: first })).toBe('stale');
    expect(await answers()).toEqual(['C1 declined']);
  });

  it('an answer to what stands goes before one to an earlier time, whatever their clocks say', async () => {
    await save({ when: timed('02', '12:00', '13:00') });
    expect(await give({ version: 1, answer: 'declined', at: at() + 30 * minute })).toBe('recorded');
    expect(await answers()).toEqual(['C1 declined v1']);
    expect(await give({ version: 2, at: at() })).toBe('recorded');
    expect(await give({ version: 1, answer: 'declined', at: at() })).toBe('stale');
    expect(await answers()).toEqual(['C1 accepted']);
  });

  it('a clock years ahead does not make its answer the last', async () => {
    await give({ at: at() + 400 * 86_400_000, answer: 'declined' });
    expect(await give()).toBe('recorded');
    expect(await answers()).toEqual(['C1 accepted']);
  });

  it('what a calendar shows without a date, and showed before, is no answer after one by mail', async () => {
    const shown = { source: 'calendar', at: null } as const;
    expect(await give(shown)).toBe('recorded');
    expect(await give({ answer: 'declined' })).toBe('recorded');
    expect(await give(shown)).toBe('duplicate');
    expect(await answers()).toEqual(['C1 declined']);
    expect(await give({ ...shown, answer: 'tentative' })).toBe('recorded');
  });

  it('the same answer counts anew when it is given to the new time', async () => {
    await give();
    await save({ when: timed('02', '12:00', '13:00') });
    expect(await give()).toBe('recorded');
    expect(await answers()).toEqual(['C1 accepted']);
  });
});

describe('which version an answer is about', () => {
  it('is what its giver was told last, where nothing else is known', async () => {
    const reader = { person: person('C1'), about: person('C1') };
    await store.write(r => r.mail.putTold({ ...told('E1', 'C1'), production, event: id, reader, eventVersion: 1 }));
    await save({ when: timed('02', '12:00', '13:00') });
    await give();
    await give({ by: person('C2') });
    expect(await answers()).toEqual(['C1 accepted v1', 'C2 accepted']);
  });

  it.each([
    ['the newest told of, where the calendar shows its time', 3, timed('02', '12:00', '13:00'), null, 3],
    ['and in another zone', 3, timed('02', '13:00', '14:00', 'Europe/Paris' as ZoneName), null, 3],
    ['the older whose time the calendar still shows', 3, timed('02', '10:00', '11:00'), null, 1],
    ['one that was there when they answered', 3, timed('02', '12:00', '13:00'), start + 2.5 * minute, 2],
    ['none that they were not told of', 2, timed('02', '12:00', '13:00'), null, 2],
    ['the newest told of, where the calendar shows a time of its own', 3, timed('05', '08:00', '09:00'), null, 3],
  ] as const)('in a calendar: %s', async (_what, newest, shown, at, expected) => {
    await save({ when: timed('02', '12:00', '13:00') });
    await save({ venue: brandId<VenueId>('V1') });
    const history = await store.read(r => r.schedule.history(production, id));
    expect(versionAnswered(history, newest, shown, at)).toBe(expected);
  });
});

describe('C-DECLINE: somebody who is required declines', () => {
  const card = 'Name C1 declined “Recce”; they are required.';

  it('R03 and the office has a card', async () => {
    await give({ answer: 'declined', comment: 'In Cardiff\r\nthat day\u0000' });
    expect(await cards()).toEqual([card]);
    const [reply] = await store.read(r => r.replies.of(production, id));
    expect(reply?.comment).toBe('In Cardiff\nthat day');
  });

  it('and of somebody optional it has none', async () => {
    await give({ by: person('C3'), answer: 'declined' });
    expect(await answers()).toEqual(['C3 declined']);
    expect(await cards()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['they accept', () => give()],
    ['the event moves', () => save({ when: timed('02', '12:00', '13:00') })],
    ['they are no longer asked', () => save({ required: required('C2') })],
    ['they are asked as optional', () => save({ required: required('C2'), optional: required('C1') })],
    ['it is cancelled', () => save({ status: 'cancelled' })],
  ])('the card closes when %s', async (_what, change) => {
    await give({ answer: 'declined' });
    await give({ by: person('C2'), answer: 'declined' });
    await change();
    expect(await cards('closed')).toContain(card);
  });

  it('the card stays through notes and further guests, and an answer read again does not open it anew', async () => {
    const said = { answer: 'declined', at: start } as const;
    await give(said);
    await save({ notes: 'Boots', optional: [] });
    expect(await cards()).toEqual([card]);
    const [open] = await store.read(r => r.findings.list(production, 'open'));
    await resolveFinding(store, { id: open!.id, choice: 'canonical', by: 'Bronwen', now: clock, held: [] });
    expect(await give(said)).toBe('duplicate');
    expect(await cards()).toEqual([]);
  });

  it('the card can take them off the event', async () => {
    await give({ answer: 'declined' });
    const [open] = await store.read(r => r.findings.list(production, 'open'));
    await resolveFinding(store, { id: open!.id, choice: 'suggestion:1', by: 'Bronwen', now: clock, held: [] });
    expect((await eventOf(store, id)).content.required).toEqual(required('C2', 'CA1', 'CA2', 'CHILD'));
  });
});

describe('another time is proposed', () => {
  const proposed = timed('03', '15:00', '16:00', 'Europe/Paris' as ZoneName);
  const decide = async (choice: 'canonical' | 'theirs') => {
    const [open] = await store.read(r => r.findings.list(production, 'open'));
    await resolveFinding(store, { id: open!.id, choice, by: 'Bronwen', now: clock, held: [] });
  };

  it('S86 and the office can take it for everyone, in the event’s own zone', async () => {
    await give({ by: person('C3'), answer: 'tentative', proposed });
    expect(await cards()).toEqual(['Name C3 proposed another time for “Recce”.']);
    expect((await eventOf(store, id)).version).toBe(1);
    await decide('theirs');
    expect((await eventOf(store, id)).content.when).toEqual(timed('03', '14:00', '15:00'));
    expect(await answers()).toEqual(['C3 tentative v1']);
  });

  it('or leave the schedule as it is', async () => {
    await give({ answer: 'declined', proposed });
    expect(await cards()).toEqual(['Name C1 declined and proposed another time for “Recce”; they are required.']);
    await decide('canonical');
    expect((await eventOf(store, id)).version).toBe(1);
  });

  it('for one date of a series, and the others stay as they are', async () => {
    await save({ rrule: 'FREQ=WEEKLY;COUNT=5', except: ['2027-03-16T10:00:00' as OccurrenceStart] });
    const occurrence = '2027-03-09T10:00:00' as OccurrenceStart;
    const other = {
      occurrence: '2027-03-23T10:00:00' as OccurrenceStart,
      status: 'changed' as const,
      when: timed('24', '10:00', '11:00'),
      venue: null,
      title: null,
      notes: null,
    };
    await save({ overrides: [other] });
    await give({ answer: 'tentative', occurrence, proposed: timed('10', '15:00', '16:00') });
    await decide('theirs');
    const { content } = await eventOf(store, id);
    expect(content.except).toEqual(['2027-03-16T10:00:00']);
    expect(content.overrides).toMatchObject([
      { occurrence, status: 'changed', when: timed('10', '15:00', '16:00'), title: null },
      other,
    ]);
  });
});
