/** Faces of every kind through the sandbox and back: what comes back is what `canon` says, whatever was there before. */
import fc from 'fast-check';
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonFace } from '../../../connectors/google/canon.ts';
import type { GoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import { occurrences } from '../../../src/ical/expand.ts';
import type { Face } from '../../../src/model/face.ts';
import { brandId } from '../../../src/model/ids.ts';
import { occurrenceWhen } from '../../../src/model/occurrence.ts';
import type { OccurrenceStart } from '../../../src/model/series.ts';
import { addDays, instantOf, rangeOf, type When } from '../../../src/model/when.ts';
import type { CalendarSession, Connector } from '../../../src/sync/connector.ts';
import { type Bench, creationOf, lookAt, plainFace, sweep } from '../../contract/bench.ts';
import { googleBench, startGoogle } from '../../contract/google-bench.ts';
import { faces, london, timed, whens, wholeDays } from '../../ical/faces.ts';

let sandbox: GoogleSandbox;
let connector: Connector;
let number = 0;
beforeAll(async () => {
  ({ sandbox, connector } = await startGoogle());
});
afterAll(() => sandbox.stop());

async function open(timeZone?: string): Promise<Readonly<{ session: CalendarSession; bench: Bench; user: string }>> {
  number += 1;
  const user = `fc${number}@tide.test`;
  const bench = googleBench(sandbox, connector, user, timeZone);
  return { session: await bench.open(), bench, user };
}

/** Whole days carry no zone: they are the production's. */
const inLondon = (face: Face): Face => {
  const home = (when: When): When => (when.kind === 'all-day' ? { ...when, zone: london } : when);
  const overrides = face.series?.overrides.map(({ occurrence, face: one }) => ({
    occurrence,
    face: { ...one, when: home(one.when) },
  }));
  return { ...face, when: home(face.when), series: face.series && { ...face.series, overrides: overrides ?? [] } };
};

type Drawn = Readonly<{ nth: number; off: boolean; move: number; title: string; notes: string; allDay: boolean }>;
const drawnDates: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    nth: fc.nat(9),
    off: fc.boolean(),
    move: fc.constantFrom(0, 0, 15, 60, 1440),
    title: fc.constantFrom('Recce', 'Moved', '  blanks  '),
    notes: fc.constantFrom('', plainFace.notes, '<b>&amp;'),
    allDay: fc.boolean(),
  }),
  { maxLength: 5 },
);
const everyRule = fc.constantFrom(
  'FREQ=DAILY;COUNT=12',
  'FREQ=WEEKLY;INTERVAL=2',
  'FREQ=DAILY;INTERVAL=3;COUNT=20',
  'FREQ=MONTHLY;COUNT=11',
);

/** A series some of whose own dates are off, moved, renamed, or named without being changed at all. */
const series: fc.Arbitrary<Face> = fc.tuple(whens, everyRule, drawnDates).map(([drawn, rrule, dates]) => {
  const when = inLondon({ ...plainFace, when: drawn }).when;
  const bare = { rrule, exdates: [], overrides: [] };
  const { from } = rangeOf(when);
  const { starts } = occurrences(when, bare, { from, to: from + 400 * 86_400_000 }, 12);
  const changed = new Map(
    dates.flatMap(date => (starts[date.nth] ? [[starts[date.nth]!.occurrence, date] as const] : [])),
  );
  const faceOf = (occurrence: OccurrenceStart, { move, title, notes, allDay }: Drawn) => {
    const shifted = shift(occurrenceWhen(occurrence, when), move);
    const day = shifted.start.slice(0, 10);
    const at = allDay ? wholeDays(day, addDays(brandId(day), 1)) : shifted;
    return { occurrence, face: { when: at, title, place: plainFace.place, notes, busy: 'busy' as const } };
  };
  const exdates = [...changed].filter(([, date]) => date.off).map(([occurrence]) => occurrence);
  const overrides = [...changed].filter(([, date]) => !date.off).map(([occurrence, date]) => faceOf(occurrence, date));
  return { ...plainFace, title: 'Recce', when, series: { rrule, exdates: exdates.sort(), overrides } };
});

function shift(when: When, minutes: number): When {
  if (when.kind === 'all-day') return when;
  const later = (text: string) =>
    Temporal.PlainDateTime.from(text).add({ minutes }).toString({ smallestUnit: 'second' });
  return timed(later(when.start), later(when.end), when.zone);
}

describe('a series', () => {
  it.each([true, false])('takes every shape after every other (changed dates follow it: %s)', async carriesOver => {
    sandbox.world.switches.carriesOver = carriesOver;
    await fc.assert(
      fc.asyncProperty(series, series, fc.constantFrom('Europe/London', 'Asia/Tokyo'), async (first, second, zone) => {
        const { session } = await open(zone);
        const made = await session.create({ ...creationOf(1), face: first });
        expect(made.observed?.face).toEqual(canonFace(first));
        const { next } = await sweep(session, null);
        const fields = { when: second.when, series: second.series, notes: second.notes };
        const change = { ...creationOf(1), fields };
        const again = await session.update(await lookAt(session, made.remoteId), change);
        expect(again.observed?.face).toEqual(canonFace({ ...first, ...fields }));
        const delta = await sweep(session, next);
        expect(delta.items).toEqual([again.observed]);
        expect((await sweep(session, null)).items).toEqual([again.observed]);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps its dates where only its time of day changes', async () => {
    await fc.assert(
      fc.asyncProperty(series, async face => {
        const { session } = await open();
        const made = await session.create({ ...creationOf(1), face });
        const when = shift(face.when, 60);
        fc.pre(when.start.slice(0, 10) === face.when.start.slice(0, 10));
        const change = { ...creationOf(1), fields: { when } };
        const again = await session.update(await lookAt(session, made.remoteId), change);
        const days = (one: Face | undefined) => one?.series?.overrides.map(({ occurrence }) => occurrence.slice(0, 10));
        expect(again.observed?.face.series?.exdates.map(day => day.slice(0, 10))).toEqual(
          made.observed?.face.series?.exdates.map(day => day.slice(0, 10)),
        );
        expect(days(made.observed?.face)).toEqual(expect.arrayContaining(days(again.observed?.face) ?? []));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a face', () => {
  it.each([true, false])('comes back as canon says (changed dates follow their series: %s)', async carriesOver => {
    sandbox.world.switches.carriesOver = carriesOver;
    await fc.assert(
      fc.asyncProperty(faces.map(inLondon), faces.map(inLondon), async (first, second) => {
        const { session } = await open();
        const made = await session.create({ ...creationOf(1), face: first });
        expect(made.observed?.face).toEqual(canonFace(first));
        const seen = await lookAt(session, made.remoteId);
        expect(seen).toEqual(made.observed);
        const marker = { ...creationOf(1).marker, version: 2 };
        const again = await session.update(seen, { marker, fields: second, status: 'confirmed' });
        expect(again.observed?.face).toEqual(canonFace(second));
        expect(await lookAt(session, made.remoteId)).toEqual(again.observed);
      }),
      { numRuns: 20 },
    );
  });

  it('is the same once it is canonical', () => {
    fc.assert(
      fc.property(faces.map(inLondon), face => {
        expect(canonFace(canonFace(face))).toEqual(canonFace(face));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the sandbox', () => {
  const rules = [
    'FREQ=DAILY;COUNT=40',
    'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=30',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=TH',
    'FREQ=WEEKLY;UNTIL=20270601T090000Z',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=YEARLY',
  ];
  const firsts = [timed('2027-03-25T09:00:00', '2027-03-25T10:00:00'), wholeDays('2027-03-25', '2027-03-26')];
  const cases = rules.flatMap(rule => firsts.map(when => [rule, when.kind, when] as const));

  it.each(cases)('has the dates of %s (%s) that ical.js has', async (rule, _kind, when) => {
    const { session, user } = await open();
    await session.create({ ...creationOf(1), face: { ...creationOf(1).face, when, series: seriesOf(rule) } });
    const until = Date.UTC(2028, 0, 1);
    expect(shownBy(user, until)).toEqual(expected(rule, when, until));
  });

  const seriesOf = (rrule: string) => ({ rrule, exdates: [], overrides: [] });

  /** What Google's own page shows: single dates. */
  function shownBy(user: string, until: number): string[] {
    const hand = sandbox.hand(user);
    return hand
      .dates(new Date(until).toISOString())
      .map(({ start }) => start?.date ?? instantText(start?.dateTime ?? ''));
  }

  const instantText = (text: string) => new Date(Date.parse(text)).toISOString();

  /** A rule without UNTIL as ical.js walks it, in wall time; the first date counts whether or not it fits. */
  function expected(rule: string, when: When, until: number): string[] {
    const start = ICAL.Time.fromString(when.start, undefined as never);
    const [, last] = /UNTIL=(\d{8})/.exec(rule) ?? [];
    const iterator = ICAL.Recur.fromString(rule.replace(/;UNTIL=[^;]*/, '')).iterator(start);
    const found: string[] = [];
    for (let date = iterator.next(); date; date = iterator.next()) {
      const text = date.toString();
      if (last !== undefined && text.replaceAll('-', '').slice(0, 8) > last) break;
      const instant = when.kind === 'all-day' ? Date.parse(text) : instantOf(text as never, when.zone);
      if (instant >= until) break;
      found.push(when.kind === 'all-day' ? text : new Date(instant).toISOString());
    }
    const first = when.kind === 'all-day' ? when.start : new Date(instantOf(when.start, when.zone)).toISOString();
    const all = [...new Set([first, ...found])].sort();
    const count = /COUNT=(\d+)/.exec(rule)?.[1];
    return count === undefined ? all : all.slice(0, Number(count));
  }
});
