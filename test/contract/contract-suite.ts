/** What every connector must do, on its sandbox and on real servers alike. */
import { beforeEach, describe, expect, it } from 'vitest';
import { allFields, type Fields } from '../../src/model/face.ts';
import type { CalendarSession, Capabilities } from '../../src/sync/connector.ts';
import { type Bench, creationOf, knowing, lookAt, now, plainFace, presents, sweep } from './bench.ts';
import { calendarTexts, calendarTimes, timed } from './faces.ts';

/** @param fresh gives an empty calendar and a hand to edit it as another program would */
export function describeContract(can: Capabilities, fresh: () => Promise<Bench>): void {
  let bench: Bench;
  let session: CalendarSession;
  beforeEach(async () => {
    bench = await fresh();
    session = await bench.open();
  });

  const place = async (number = 1, fields: Fields = {}) => {
    const written = await session.create(creationOf(number, fields));
    return lookAt(session, written.remoteId);
  };

  describe('what is written', () => {
    it.for(Object.entries({ ...calendarTimes, ...calendarTexts }))('%s', async ([name, fields], context) => {
      if (bench.loses[name] !== undefined) context.skip(bench.loses[name]);
      const creation = creationOf(1, fields);
      const seen = await place(1, fields);
      expect(seen.face).toEqual({ ...creation.face, ...session.canon(creation.face) });
      expect(seen).toMatchObject({ uid: creation.uid, marker: creation.marker, remark: null });
    });

    it.each(allFields.filter(field => can.fields.includes(field)))(
      'an update of %s alone changes nothing else',
      async field => {
        const target = { ...plainFace, ...calendarTexts['accents, signs and a line of each sort'], ...changed };
        const before = await place();
        const fields: Fields = { [field]: target[field] };
        await session.update(before, { marker: { ...creationOf(1).marker, version: 2 }, fields, status: 'confirmed' });
        const after = await lookAt(session, before.remoteId);
        expect(after.face).toEqual({ ...before.face, ...session.canon(fields) });
        expect(after.marker).toEqual({ ...creationOf(1).marker, version: 2 });
      },
    );
  });

  describe('identity', () => {
    it('S34 a repeated create meets the first and makes no second item', async () => {
      const first = await session.create(creationOf(1));
      await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'exists', outcome: 'not-done' });
      expect(presents((await sweep(session, null)).items).map(item => item.remoteId)).toEqual([first.remoteId]);
      const found = await session.find(creationOf(1));
      expect(found).toMatchObject({ remoteId: first.remoteId, marker: creationOf(1).marker });
    });

    it('an item that was never made is not found', async () => {
      expect(await session.find(creationOf(7))).toBeNull();
    });

    it('the tag that a write gives is the one the next reading shows, so that nobody takes it for an edit', async () => {
      const written = await session.create(creationOf(1));
      expect((await lookAt(session, written.remoteId)).tag).toBe(written.tag);
      const fields = { title: 'Moved' };
      const again = await session.update(await lookAt(session, written.remoteId), { ...creationOf(1), fields });
      expect((await lookAt(session, written.remoteId)).tag).toBe(again.tag);
    });

    it('our marker survives an edit by another program, and unmarking leaves the rest alone', async () => {
      const item = await place();
      await bench.hand.retitle(item.remoteId, 'Recce (moved by Sam)');
      const edited = await lookAt(session, item.remoteId);
      expect(edited).toMatchObject({ marker: creationOf(1).marker, face: { title: 'Recce (moved by Sam)' } });
      await session.unmark(edited);
      const plain = await lookAt(session, item.remoteId);
      expect(plain).toMatchObject({ marker: null, face: { ...edited.face } });
    });

    it("a person's notes, alarm and colour survive our update", async () => {
      const item = await place();
      await bench.hand.adorn(item.remoteId);
      const adorned = await lookAt(session, item.remoteId);
      expect(adorned.face).toEqual(item.face);
      const fields = { notes: 'New call 06:30', title: 'Recce', when: calendarTimes['a night shoot']?.when };
      await session.update(adorned, { ...creationOf(1), fields: fields as Fields });
      expect(await bench.hand.adornments(item.remoteId)).toBe(3);
      expect((await lookAt(session, item.remoteId)).face).toMatchObject({ notes: 'New call 06:30', title: 'Recce' });
    });
  });

  describe('conditions', () => {
    it('S22 an update based on what was seen before somebody else edited is refused', async () => {
      const item = await place();
      await bench.hand.retitle(item.remoteId, 'Theirs');
      const change = { ...creationOf(1), fields: { title: 'Ours' } };
      await expect(session.update(item, change)).rejects.toMatchObject({ kind: 'stale', outcome: 'not-done' });
      await expect(session.remove(item)).rejects.toMatchObject({ kind: 'stale', outcome: 'not-done' });
      expect((await lookAt(session, item.remoteId)).face.title).toBe('Theirs');
    });

    it('S63 removing what somebody has removed already is success', async () => {
      const item = await place();
      await bench.hand.remove(item.remoteId);
      await session.remove(item);
      expect(await session.look([item.remoteId])).toEqual([{ kind: 'gone', remoteId: item.remoteId }]);
    });

    it('an update of an item that is not there writes nothing', async () => {
      const item = await place();
      await session.remove(item);
      const update = session.update(item, { ...creationOf(1), fields: { title: 'Back again' } });
      await expect(update).rejects.toMatchObject({
        kind: expect.stringMatching(/^(gone|stale)$/),
        outcome: 'not-done',
      });
      expect((await session.look([item.remoteId]))[0]?.kind).toBe('gone');
    });

    it('a key is free again once its item is removed, if the provider says so', async () => {
      await session.remove(await place());
      const again = session.create(creationOf(1));
      if (can.idsReusable) expect((await again).remoteId).toBeTruthy();
      else await expect(again).rejects.toMatchObject({ kind: 'exists' });
    });
  });

  describe('reading', () => {
    it('changes show our write, an edit, a new event and a deletion, and nothing twice', async () => {
      const [kept, edited, doomed] = [await place(1), await place(2), await place(3)];
      const start = (await sweep(session, null)).next;
      const own = await place(4);
      await bench.hand.retitle(edited.remoteId, 'Theirs');
      const added = await bench.hand.add('dentist', '20270301T100000Z');
      await bench.hand.remove(doomed.remoteId);
      const delta = await sweep(session, start);
      expect(delta.kind).toBe('delta');
      const there = presents(delta.items).map(item => item.remoteId);
      expect(there.toSorted()).toEqual([own.remoteId, edited.remoteId, added].toSorted());
      expect(delta.items).toContainEqual({ kind: 'gone', remoteId: doomed.remoteId });
      expect(there).not.toContain(kept.remoteId);
      expect((await sweep(session, delta.next)).items).toEqual([]);
    });

    it('a pass without changes is one request below 2 kB', async () => {
      for (const number of [1, 2, 3, 4, 5]) await place(number);
      const { next } = await sweep(session, null);
      bench.spent();
      const idle = await sweep(session, next);
      expect(idle).toMatchObject({ items: [], kind: 'delta' });
      const { requests, bytes } = bench.spent();
      expect(requests).toBe(1);
      expect(bytes).toBeLessThan(2000);
    });

    it('what is known by its tag is not fetched again', async () => {
      const item = await place();
      const { next } = await sweep(session, null);
      await bench.hand.retitle(item.remoteId, 'Theirs');
      const { tag } = await lookAt(session, item.remoteId);
      bench.spent();
      expect((await sweep(session, next, knowing([[item.remoteId, tag]]))).items).toEqual([]);
      expect(bench.spent().requests).toBe(1);
    });

    it('S73 a cursor the provider does not know says so, and the full reading after it finds nothing new', async () => {
      const items = [await place(1), await place(2)];
      await expect(sweep(session, bench.badCursor)).rejects.toMatchObject({ kind: 'cursor-expired' });
      const all = await sweep(session, null, knowing(items.map(({ remoteId, tag }) => [remoteId, tag])));
      expect(all).toMatchObject({ kind: 'snapshot', items: [] });
      expect(all.unchanged.toSorted()).toEqual(items.map(({ remoteId }) => remoteId).toSorted());
    });

    it('an empty calendar is an empty snapshot', async () => {
      expect(await sweep(session, null)).toMatchObject({ kind: 'snapshot', items: [], unchanged: [] });
    });

    it('looking at items tells which of them are gone', async () => {
      const [first, second] = [await place(1), await place(2)];
      await bench.hand.remove(first.remoteId);
      const seen = await session.look([first.remoteId, second.remoteId]);
      expect(seen.map(item => [item.kind, item.remoteId])).toEqual([
        ['gone', first.remoteId],
        ['present', second.remoteId],
      ]);
    });

    it('a large calendar comes in pages, of which only the last proves absence and carries the cursor', async () => {
      const many = Array.from({ length: 60 }, (_, at) => at);
      for (let at = 0; at < many.length; at += 8) {
        await Promise.all(many.slice(at, at + 8).map(number => bench.hand.add(`busy-${number}`, '20270301T100000Z')));
      }
      const all = await sweep(session, null);
      expect(new Set(presents(all.items).map(item => item.remoteId)).size).toBe(many.length);
      expect(all.pages).toBeGreaterThan(1);
      expect(all.next).not.toBeNull();
    });
  });

  describe('trouble', () => {
    const troubled = (name: string, body: (faults: NonNullable<Bench['faults']>) => Promise<void>) =>
      it(name, async context => {
        if (bench.faults === null) context.skip('a real server does not fail on request');
        else await body(bench.faults);
      });

    troubled('a lost reply leaves the outcome unknown, and the item is found afterwards', async faults => {
      faults.loseReply();
      await expect(session.create(creationOf(1))).rejects.toMatchObject({ outcome: 'unknown' });
      expect(await session.find(creationOf(1))).toMatchObject({ marker: creationOf(1).marker, face: plainFace });
    });

    troubled('a server error on a write leaves the outcome unknown', async faults => {
      faults.failWrite();
      await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'unavailable', outcome: 'unknown' });
    });

    troubled(
      'a server that is asked too often says when to come back, in seconds or by date, or does not',
      async faults => {
        const asked = async (header: string | null) => {
          faults.throttle(header);
          return sweep(session, null).catch(error => error);
        };
        expect(await asked('90')).toMatchObject({ kind: 'throttled', outcome: 'not-done', retryAt: now + 90_000 });
        expect(await asked('Sun, 22 Nov 2026 12:05:00 GMT')).toMatchObject({ retryAt: now + 300_000 });
        expect(await asked(null)).toMatchObject({ kind: 'throttled', retryAt: null });
      },
    );

    troubled('S73 cursors that expire are refused one and all', async faults => {
      await place();
      const { next } = await sweep(session, null);
      faults.expireCursors();
      await expect(sweep(session, next)).rejects.toMatchObject({ kind: 'cursor-expired' });
    });
  });
}

const changed: Fields = {
  when: timed('2027-03-17T09:00:00', '2027-03-17T11:00:00'),
  place: 'Stage 4',
  url: 'https://callboard.example/e/E027',
  busy: 'tentative',
  series: { rrule: 'FREQ=WEEKLY;COUNT=4', exdates: [], overrides: [] },
};
