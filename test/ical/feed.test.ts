import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeFeed } from '../../src/ical/feed.ts';
import { readCalendar } from '../../src/ical/read.ts';
import { canonFields } from '../../src/ical/write.ts';
import { faces, london } from './faces.ts';

const stampedAt = Date.parse('2027-03-01T08:00:00Z');

describe('a feed', () => {
  test('reads back with its ids, revisions and series, and names each zone once', () => {
    fc.assert(
      fc.property(fc.array(faces, { minLength: 1, maxLength: 4 }), fc.boolean(), (all, publish) => {
        const items = all.map((face, index) => ({
          uid: `e${index}@callboard`,
          sequence: index,
          stampedAt,
          face,
          status: 'confirmed' as const,
          callboardId: `E${index}`,
        }));
        const text = writeFeed({ name: 'TIDEWRACK, all', items, publish });
        const zones = text.match(/^TZID:.*$/gm) ?? [];
        expect(new Set(zones).size).toBe(zones.length);
        for (const [index, face] of all.entries()) {
          const { items: read, problems, method } = readCalendar(text, { zone: face.when.zone });
          expect([problems, method]).toEqual([[], publish ? 'PUBLISH' : null]);
          expect(read[index]).toMatchObject({
            uid: `e${index}@callboard`,
            sequence: index,
            callboardId: `E${index}`,
            recurrence: null,
          });
          expect(read[index]?.face).toEqual({ ...face, ...canonFields(face) });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of one reader tells no ids, and is the same text as long as nothing changes', () => {
    const face = fc.sample(faces, { numRuns: 1, seed: 7 })[0]!;
    const item = { uid: 'e1@callboard', sequence: 0, stampedAt, face, status: 'cancelled' as const, callboardId: null };
    const text = writeFeed({ name: 'Yours', items: [item], publish: true });
    expect(text).toBe(writeFeed({ name: 'Yours', items: [item], publish: true }));
    expect(text).not.toContain('X-CALLBOARD');
    expect(text).toContain('STATUS:CANCELLED\r\n');
    expect(text).not.toContain('your own notes');
  });

  test('without events is an empty calendar', () => {
    expect(readCalendar(writeFeed({ name: '', items: [], publish: true }), { zone: london }).items).toEqual([]);
  });
});
