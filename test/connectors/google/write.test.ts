/** Writing to a Google calendar: what is sent, what is left alone, and what is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../connectors/google/limits.ts';
import { joinNotes, notesLine } from '../../../src/model/face.ts';
import { brandId, type CopyKey, type RemoteId } from '../../../src/model/ids.ts';
import type { When } from '../../../src/model/when.ts';
import { creationOf, lookAt, plainFace, presents, sweep } from '../../contract/bench.ts';
import { timed } from '../../contract/faces.ts';
import { type Desk, type Desks, errorOf, hourOn, openDesks } from './desk.ts';

let desks: Desks;
let desk: Desk;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.stop());
beforeEach(async () => {
  desk = await desks.sit();
  desks.sandbox.world.switches.guestQuota = null;
  desks.asked();
});

const allDay: When = {
  kind: 'all-day',
  start: brandId('2027-03-14'),
  end: brandId('2027-03-15'),
  zone: brandId('Europe/London'),
};
const change = (fields: object) => ({ ...creationOf(1), fields });
const place = async () => lookAt(desk.session, (await desk.session.create(creationOf(1))).remoteId);
const refreshForm = () => {
  const { clientId: client_id, clientSecret: client_secret } = desks.sandbox.client;
  const refresh_token = desks.sandbox.oauth.consent(desk.user, 'https://www.googleapis.com/auth/calendar');
  return new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id, client_secret });
};
const seriesFace = (dates: readonly string[] = ['2027-03-22']) => ({
  ...plainFace,
  when: timed('2027-03-15T09:00:00', '2027-03-15T10:00:00'),
  series: {
    rrule: 'FREQ=WEEKLY;COUNT=6',
    exdates: [],
    overrides: dates.map(date => ({
      occurrence: brandId<never>(`${date}T09:00:00`),
      face: {
        when: timed(`${date}T14:00:00`, `${date}T15:00:00`),
        title: 'Moved',
        place: plainFace.place,
        notes: plainFace.notes,
        busy: plainFace.busy,
      },
    })),
  },
});

describe('a create', () => {
  it('is one request, with an id of the legal alphabet that is the key', async () => {
    const { remoteId } = await desk.session.create(creationOf(0xabc));
    const [request, ...others] = desks.asked();
    expect(others).toEqual([]);
    expect(request?.path).toMatch(/events$/);
    expect(remoteId).toBe(creationOf(0xabc).marker.key);
    expect(remoteId).toMatch(/^[a-v0-9]{5,1024}$/);
  });

  it('at a time that a clock change skips is at the instant that time stands for, as canon foretells', async () => {
    const face = { ...plainFace, when: timed('2027-03-28T01:30:00', '2027-03-28T03:30:00') };
    const { observed } = await desk.session.create({ ...creationOf(1), face });
    expect(observed?.face.when).toEqual(timed('2027-03-28T02:30:00', '2027-03-28T03:30:00'));
    expect(desk.session.canon(face)).toEqual(observed?.face);
  });

  it('S33 whose reply got lost is found by its id, and a repeat makes no second event', async () => {
    desks.sandbox.fail({ method: 'POST', drop: 'after' });
    expect(await errorOf(desk.session.create(creationOf(1)))).toMatchObject({
      kind: 'unavailable',
      outcome: 'unknown',
    });
    expect(await errorOf(desk.session.create(creationOf(1)))).toMatchObject({ kind: 'exists', outcome: 'not-done' });
    expect(await desk.session.find(creationOf(1))).toMatchObject({ marker: creationOf(1).marker, face: plainFace });
    expect(desk.hand.events()).toHaveLength(1);
  });

  it('S36 that succeeded behind a rate limit is still one after forty tries', async () => {
    const reply = {
      status: 403,
      body: JSON.stringify({ error: { code: 403, errors: [{ reason: 'rateLimitExceeded' }] } }),
    };
    for (let time = 0; time < 40; time += 1) {
      desks.sandbox.fail({ method: 'POST', after: true, reply });
      expect(await errorOf(desk.session.create(creationOf(1)))).toMatchObject({ kind: 'throttled' });
    }
    expect(desk.hand.events()).toHaveLength(1);
  });

  it('with the id of an event that somebody deleted is refused, and nothing is found: the next generation is free', async () => {
    const first = await place();
    desk.hand.remove(first.remoteId);
    expect(await errorOf(desk.session.create(creationOf(1)))).toMatchObject({ kind: 'exists' });
    expect(await desk.session.find(creationOf(1))).toBeNull();
    const marker = { key: brandId<CopyKey>('f'.repeat(32)), version: 1 };
    expect((await desk.session.create({ ...creationOf(1), marker })).observed?.marker).toEqual(marker);
  });

  it('S76 S87 invites nobody, tells nobody and sets no reminder', async () => {
    await desk.session.create({ ...creationOf(1), face: seriesFace() });
    const seen = await lookAt(desk.session, creationOf(1).marker.key as unknown as RemoteId);
    await desk.session.update(seen, change({ when: timed('2027-03-15T10:00:00', '2027-03-15T11:00:00') }));
    await desk.session.remove(await lookAt(desk.session, seen.remoteId));
    const writes = desks.asked().filter(({ method }) => method !== 'GET');
    expect(writes.length).toBeGreaterThan(4);
    expect(writes.map(({ query }) => query.get('sendUpdates'))).toEqual(writes.map(() => 'none'));
    expect(writes.filter(({ body }) => /attendees|reminders|conferenceData|colorId/.test(body))).toEqual([]);
    expect(desks.sandbox.world.invitations).toEqual([]);
  });
});

describe('an update', () => {
  it('is one request, conditional on what was seen, and says only what changed', async () => {
    const item = await place();
    desks.asked();
    await desk.session.update(item, change({ title: 'Recce' }));
    const requests = desks.asked();
    expect(requests).toMatchObject([{ method: 'PATCH', ifMatch: item.tag }]);
    expect(Object.keys(JSON.parse(requests[0]?.body ?? ''))).toEqual(['summary', 'extendedProperties']);
  });

  it('keeps guests, a conference, a colour and other programs’ properties that are there', async () => {
    const item = await place();
    const more = {
      attendees: [{ email: 'friend@elsewhere.test', responseStatus: 'accepted' }],
      colorId: '7',
      conferenceData: { conferenceId: 'abc-defg-hij' },
      visibility: 'private',
      extendedProperties: { private: { other: '1' }, shared: { their: '2' } },
    };
    desk.hand.edit(item.remoteId, more);
    const seen = await lookAt(desk.session, item.remoteId);
    const told = desks.sandbox.world.invitations.length;
    await desk.session.update(
      seen,
      change({ title: 'Recce', when: allDay, place: '', url: null, notes: 'New', busy: 'free' }),
    );
    expect(desk.hand.find(item.remoteId)).not.toHaveProperty('source');
    expect(desk.hand.find(item.remoteId)).not.toHaveProperty('location');
    expect(desk.hand.find(item.remoteId)).toMatchObject({ ...more, summary: 'Recce', start: { date: '2027-03-14' } });
    expect(desks.sandbox.world.invitations).toHaveLength(told);
    await desk.session.unmark(await lookAt(desk.session, item.remoteId));
    expect(desk.hand.find(item.remoteId).extendedProperties).toEqual(more.extendedProperties);
  });

  it('S42 from hours to whole days and back leaves no remnant', async () => {
    const item = await place();
    const days = await desk.session.update(item, change({ when: allDay }));
    expect(desk.hand.find(item.remoteId)).toMatchObject({ start: { date: '2027-03-14' }, end: { date: '2027-03-15' } });
    expect(desk.hand.find(item.remoteId).start).not.toHaveProperty('dateTime');
    const hours = await desk.session.update(days.observed!, change({ when: plainFace.when }));
    expect(hours.observed?.face.when).toEqual(plainFace.when);
    expect(desk.hand.find(item.remoteId).start).not.toHaveProperty('date');
  });

  it('of an event that somebody deleted, without a condition, brings nothing back', async () => {
    const item = await place();
    desk.hand.remove(item.remoteId);
    const update = desk.session.update({ ...item, tag: null }, change({ title: 'Back' }));
    expect(await errorOf(update)).toMatchObject({ kind: 'gone', outcome: 'not-done' });
    expect(desk.hand.events()[0]?.status).toBe('cancelled');
  });

  it('that meets a deleted event under its very etag brings nothing back', async () => {
    const item = await place();
    desk.hand.remove(item.remoteId);
    const reply = await fetch(`${desks.sandbox.url}/token`, { method: 'POST', body: refreshForm() });
    const { access_token } = (await reply.json()) as { access_token: string };
    const path = `${desks.sandbox.url}/calendar/v3/calendars/primary/events/${item.remoteId}`;
    const there = await fetch(path, { headers: { authorization: `Bearer ${access_token}` } });
    const { etag } = (await there.json()) as { etag: string };
    const update = desk.session.update({ ...item, tag: brandId(etag) }, change({ title: 'Back' }));
    expect(await errorOf(update)).toMatchObject({ kind: 'gone' });
    expect(desk.hand.events()[0]?.status).toBe('cancelled');
  });

  it('makes a series of an event, and an event of a series', async () => {
    const item = await place();
    const { when, series } = seriesFace();
    const made = await desk.session.update(item, change({ when, series }));
    expect(made.observed?.face).toMatchObject({ when, series });
    const single = await desk.session.update(made.observed!, change({ when: plainFace.when, series: null }));
    expect(single.observed?.face).toEqual(plainFace);
    expect(desk.hand.dates('2028-01-01T00:00:00Z')).toHaveLength(1);
  });

  it('of a series clears away a date that an earlier rule left behind', async () => {
    const { remoteId } = await desk.session.create({ ...creationOf(1), face: seriesFace([]) });
    const left = {
      id: `${remoteId}_20270317T090000Z`,
      recurringEventId: remoteId,
      status: 'confirmed',
      summary: 'Left over',
    };
    const at = { dateTime: '2027-03-17T09:00:00Z', timeZone: 'Europe/London' };
    const { iCalUID } = desk.hand.find(remoteId);
    desk.hand.calendar.put({ ...hourOn(17), ...left, iCalUID: iCalUID ?? null, originalStartTime: at, start: at });
    const seen = await lookAt(desk.session, remoteId);
    expect(seen.face).toEqual(seriesFace([]));
    await desk.session.update(seen, change({ title: 'Renamed' }));
    expect(desk.hand.dates('2028-01-01T00:00:00Z').map(({ summary }) => summary)).toEqual(Array(6).fill('Renamed'));
  });

  it.each([
    [
      'changed',
      seriesFace().series.overrides.map(({ occurrence, face }) => ({ occurrence, face: { ...face, title: 'Ours' } })),
    ],
    ['made plain again', []],
  ])(
    'of a date that is to be %s is refused where a person changes that date at this moment',
    async (_name, overrides) => {
      const { remoteId } = await desk.session.create({ ...creationOf(1), face: seriesFace() });
      const instance = `${remoteId}_20270322T090000Z`;
      const seen = await lookAt(desk.session, remoteId);
      const door = {
        fetch: (async (input, init) => {
          if (init?.method === 'PATCH' && String(input).includes(instance))
            desk.hand.edit(instance, { summary: 'Theirs' });
          return fetch(input, init);
        }) as typeof fetch,
      };
      const racing = await desk.open({}, door);
      const series = { ...seen.face.series!, overrides };
      const update = racing.update(seen, change({ when: seen.face.when, series }));
      expect(await errorOf(update)).toMatchObject({ kind: 'stale' });
      expect(desk.hand.find(instance).summary).toBe('Theirs');
    },
  );

  it('based on a series of which a person changed one date since is refused', async () => {
    const { remoteId } = await desk.session.create({ ...creationOf(1), face: seriesFace([]) });
    const seen = await lookAt(desk.session, remoteId);
    desk.hand.edit(`${remoteId}_20270322T090000Z`, { summary: 'Theirs' });
    expect(await errorOf(desk.session.update(seen, change({ title: 'Ours' })))).toMatchObject({ kind: 'stale' });
    expect(await errorOf(desk.session.remove(seen))).toMatchObject({ kind: 'stale' });
    expect(desk.hand.find(remoteId).summary).toBe(plainFace.title);
  });
});

describe("a person's own notes", () => {
  it('typed in Google’s page, which makes HTML of all, survive, and our block reads as before', async () => {
    const item = await place();
    desk.hand.typeNotes(item.remoteId, html => `${html}<br><b>ring Mum</b>`);
    const typed = await lookAt(desk.session, item.remoteId);
    expect(typed.face).toEqual(item.face);
    const after = await desk.session.update(typed, change({ notes: 'Call 06:30 & <wet>\nBoots' }));
    expect(after.observed?.face.notes).toBe('Call 06:30 & <wet>\nBoots');
    const { description } = desk.hand.find(item.remoteId);
    expect(description).toContain('Call 06:30 &amp; &lt;wet&gt;<br>Boots<br>');
    expect(description).toContain('<b>ring Mum</b>');
    const again = await desk.session.update(after.observed!, change({ notes: 'Plain' }));
    expect(again.observed?.native).toBe(after.observed?.native);
  });

  it('survive also where the session was never told of them', async () => {
    const item = await place();
    desk.hand.edit(item.remoteId, { description: joinNotes('Ours', 'theirs') });
    const { tag } = await lookAt(desk.session, item.remoteId);
    await desk.session.update({ remoteId: item.remoteId, tag, native: null }, change({ notes: 'New' }));
    expect(desk.hand.find(item.remoteId).description).toBe(joinNotes('New', 'theirs'));
  });

  it('on one date of a series survive a change of that date', async () => {
    const { remoteId } = await desk.session.create({ ...creationOf(1), face: seriesFace() });
    const instance = `${remoteId}_20270322T090000Z`;
    desk.hand.edit(instance, { description: `${desk.hand.find(instance).description}\ntheirs` });
    const seen = await lookAt(desk.session, remoteId);
    const [override] = seen.face.series?.overrides ?? [];
    const series = { ...seen.face.series!, overrides: [{ ...override!, face: { ...override!.face, notes: 'New' } }] };
    await desk.session.update(seen, change({ when: seen.face.when, series }));
    expect(desk.hand.find(instance).description).toBe(joinNotes('New', 'theirs'));
  });

  it('are never cut to make room for ours', async () => {
    const item = await place();
    const own = 'x'.repeat(5000);
    desk.hand.edit(item.remoteId, { description: joinNotes('Ours', own) });
    const seen = await lookAt(desk.session, item.remoteId);
    const error = await errorOf(desk.session.update(seen, change({ notes: 'y'.repeat(6000) })));
    expect(error).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining(String(limits.descriptionChars)),
    });
    expect(desk.hand.find(item.remoteId).description).toContain(own);
    expect(desk.hand.find(item.remoteId).description).toContain(notesLine);
  });
});

describe('a series that is cut off while it is written', () => {
  const cutAt = async (request: number) => {
    let patches = 0;
    const door = {
      fetch: (async (input, init) => {
        if (init?.method === 'PATCH') patches += 1;
        if (patches >= request) throw new TypeError('fetch failed');
        return fetch(input, init);
      }) as typeof fetch,
    };
    const session = await desk.open({}, door);
    return errorOf(session.create({ ...creationOf(1), face: seriesFace(['2027-03-22', '2027-03-29']) }));
  };

  it.each([1, 2, 3])(
    'at its changed date %i is shown to nobody half made, and is written to its end when found',
    async request => {
      expect(await cutAt(request)).toMatchObject({ outcome: 'unknown' });
      expect((await sweep(desk.session, null)).items).toMatchObject([{ kind: 'unreadable' }]);
      const creation = { ...creationOf(1), face: seriesFace(['2027-03-22', '2027-03-29']) };
      expect(await errorOf(desk.session.create(creation))).toMatchObject({ kind: 'exists' });
      expect((await desk.session.find(creation))?.face).toEqual(creation.face);
      expect(presents((await sweep(desk.session, null)).items)[0]?.face).toEqual(creation.face);
    },
  );

  it('by a limit has been written in part: nobody may take that for undone', async () => {
    desks.sandbox.fail({ method: 'PATCH', reply: { status: 429, body: '' } });
    const create = desk.session.create({ ...creationOf(1), face: seriesFace() });
    expect(await errorOf(create)).toMatchObject({ kind: 'throttled', outcome: 'unknown' });
  });

  it('by a refusal of one date is written but for that, and says so', async () => {
    const creation = { ...creationOf(1), face: seriesFace(['2027-03-22', '2027-03-29']) };
    desks.sandbox.fail({ method: 'PATCH', path: '_20270322T', reply: { status: 400, body: '{}' } });
    expect(await errorOf(desk.session.create(creation))).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('a changed occurrence'),
    });
    expect((await desk.session.find(creation))?.face.series?.overrides.map(({ occurrence }) => occurrence)).toEqual([
      '2027-03-29T09:00:00',
    ]);
  });
});

describe('limits', () => {
  it('S58 of guests at Google keep nothing of ours from being written, since we invite nobody', async () => {
    desks.sandbox.world.switches.guestQuota = 0;
    const invite = () => desk.hand.add(hourOn(9, { attendees: [{ email: 'friend@elsewhere.test' }] }));
    expect(invite).toThrow('Calendar usage limits exceeded.');
    await place();
    expect(presents((await sweep(desk.session, null)).items)).toHaveLength(1);
  });

  it('S60 of one mailbox leave the others alone', async () => {
    const other = await desks.sit();
    desks.sandbox.world.switches.ratePerMinute = 3;
    try {
      for (const number of [1, 2, 3]) await desk.session.create(creationOf(number));
      expect(await errorOf(desk.session.create(creationOf(4)))).toMatchObject({
        kind: 'throttled',
        outcome: 'not-done',
      });
      for (const number of [1, 2, 3]) await other.session.create(creationOf(number));
    } finally {
      desks.sandbox.world.switches.ratePerMinute = null;
    }
  });

  it('of the project say what to switch on', async () => {
    desks.sandbox.world.switches.apiEnabled = false;
    try {
      const error = await errorOf(desk.session.create(creationOf(1)));
      expect(error).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('enable it') });
    } finally {
      desks.sandbox.world.switches.apiEnabled = true;
    }
  });
});

describe('an event that a person duplicated', () => {
  it('S12 loses our mark and nothing else; the first keeps it', async () => {
    const item = await place();
    const copy = brandId<RemoteId>(desk.hand.duplicate(item.remoteId));
    const seen = await lookAt(desk.session, copy);
    expect(seen.marker).toEqual(item.marker);
    const plain = await desk.session.unmark(seen);
    expect(plain.observed).toMatchObject({ marker: null, face: item.face });
    expect((await lookAt(desk.session, item.remoteId)).marker).toEqual(item.marker);
  });
});
