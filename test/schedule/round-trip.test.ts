import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventContent, eventKinds, type Override } from '../../src/model/event.ts';
import { brandId, type EventId, type PersonId } from '../../src/model/ids.ts';
import { occurrenceOn, occurrenceWhen } from '../../src/model/occurrence.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { LocalDate, LocalDateTime, When } from '../../src/model/when.ts';
import { exportFacesCsv, exportFacesIcs } from '../../src/schedule/export/faces.ts';
import { exportCsv, exportIcs, exportJson, exportWorkbook } from '../../src/schedule/export/schedule.ts';
import { readSource } from '../../src/schedule/read.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import type { Store } from '../../src/store/store.ts';
import {
  company,
  emptyStore,
  importing,
  london,
  meeting,
  now,
  production,
  sheets,
  snapshotOf,
  tidewrack,
} from './world.ts';

const formats = ['csv', 'xlsx', 'json', 'ics'] as const;
type Format = (typeof formats)[number];

/** The snapshot as files of one format in a folder, and the path to import. */
async function written(snapshot: ScheduleSnapshot, format: Format, folder: string): Promise<string> {
  const path = join(folder, `schedule.${format}`);
  if (format === 'csv') {
    for (const file of exportCsv(snapshot)) await writeFile(join(folder, file.name), file.text);
    return folder;
  }
  if (format === 'xlsx') await writeFile(path, await exportWorkbook(snapshot));
  else if (format === 'json') await writeFile(path, JSON.stringify(exportJson(snapshot)));
  else await writeFile(path, exportIcs(snapshot));
  return path;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'callboard-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const sorted = <Item extends Readonly<{ id: string }>>(items: ReadonlyMap<string, Item>) =>
  [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
const facts = (snapshot: ScheduleSnapshot) => ({
  people: sorted(snapshot.people),
  venues: sorted(snapshot.venues),
  groups: sorted(snapshot.groups),
  travel: snapshot.travel,
  constraints: snapshot.constraints,
  events: sorted(snapshot.events).map(event => [event.id, event.content]),
});

/** Imports an export twice: over itself, where nothing may change, and into an empty store. */
async function throughFile(store: Store, format: Format) {
  const before = await snapshotOf(store);
  return await inFolder(async folder => {
    const source = await readSource([await written(before, format, folder)], london);
    const again = await importing(store, source, { prune: format !== 'ics' });
    await using other = await emptyStore();
    const fresh = await importing(other, source);
    return { before, again, fresh, after: await snapshotOf(other) };
  });
}

describe.each(formats)('TIDEWRACK exported as %s', format => {
  it('imports as it was', async () => {
    await using store = await emptyStore();
    await importing(store, await readSource([tidewrack], london));
    const { before, again, fresh, after } = await throughFile(store, format);
    expect(again).toMatchObject({ added: 0, changed: 0, removed: 0, rejected: [], warnings: [] });
    expect(fresh.rejected).toEqual([]);
    if (format !== 'ics') expect(facts(after)).toEqual(facts(before));
    else
      expect(sorted(after.events).map(event => event.content.when)).toEqual(
        sorted(before.events).map(event => event.content.when),
      );
  });
});

const word = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom('=1+1', "'=x", '+44', '-5', '@a', 'a;b', 'a,"b"', 'é–𝄞', '#N/A', 'yes', '007'),
  )
  .map(each => each.replace(/[\p{Cc}\uFFFD]/gu, '').trim())
  .filter(each => each.isWellFormed() && each !== '');
const note = fc.array(word, { maxLength: 3 }).map(lines => lines.join('\n'));
const day = fc.integer({ min: 0, max: 600 }).map(days => Temporal.PlainDate.from('2027-01-01').add({ days }));
const clock = fc
  .tuple(fc.integer({ min: 4, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const zone = fc.constantFrom('Europe/London', 'America/New_York', 'Asia/Kolkata').map(name => name as typeof london);
const when: fc.Arbitrary<When> = fc
  .oneof(
    fc.tuple(day, clock, fc.integer({ min: 1, max: 2000 }), zone).map(([date, time, minutes, name]): When => {
      const start = date.toPlainDateTime(Temporal.PlainTime.from(time));
      const [from, to] = [start, start.add({ minutes })].map(
        each => each.toString({ smallestUnit: 'second' }) as LocalDateTime,
      );
      return { kind: 'timed', start: from!, end: to!, zone: name };
    }),
    fc.tuple(day, fc.integer({ min: 1, max: 9 }), zone).map(([date, days, name]): When => {
      const [from, to] = [date, date.add({ days })].map(each => each.toString() as LocalDate);
      return { kind: 'all-day', start: from!, end: to!, zone: name };
    }),
  )
  .filter(each => each.kind === 'all-day' || !/T0[0-3]/.test(each.end));

/** What a date changes differs from its series: iCalendar cannot say “the same, on purpose”, nor whose days whole days are. */
const series = (each: When) =>
  fc
    .record({
      except: fc.subarray([1, 2, 3]),
      changed: fc.option(
        fc.record({
          when,
          title: fc.option(word),
          notes: fc.option(note.filter(text => text !== '')),
          cancelled: fc.boolean(),
        }),
      ),
    })
    .map(({ except, changed }) => {
      const nth = (n: number) =>
        occurrenceOn(Temporal.PlainDate.from(each.start.slice(0, 10)).add({ weeks: n }).toString() as LocalDate, each);
      const override = (): Override[] => {
        if (changed === null) return [];
        const { cancelled, title, notes } = changed;
        if (cancelled)
          return [{ occurrence: nth(4), status: 'cancelled', when: null, venue: null, title: null, notes: null }];
        const own = changed.when.kind === 'all-day' ? { ...changed.when, zone: each.zone } : changed.when;
        const moved = JSON.stringify(own) === JSON.stringify(occurrenceWhen(nth(4), each)) ? null : own;
        return [
          {
            occurrence: nth(4),
            status: 'changed',
            when: moved,
            venue: brandId('V2'),
            title: title && `Moved ${title}`,
            notes: notes && `Moved ${notes}`,
          },
        ];
      };
      return { rrule: 'FREQ=WEEKLY;COUNT=6', except: except.map(nth), overrides: override() };
    });

const content: fc.Arbitrary<EventContent> = when
  .chain(each =>
    fc.record({
      ...Object.fromEntries(Object.entries(meeting).map(([key, value]) => [key, fc.constant(value)])),
      kind: fc.constantFrom(...eventKinds),
      title: word,
      safeTitle: fc.oneof(fc.constant(''), word),
      status: fc.constantFrom('idea', 'pencilled', 'confirmed', 'issued', 'cancelled'),
      when: fc.constant(each),
      venue: fc.option(fc.constant(brandId('V1'))),
      required: fc.subarray([
        { kind: 'person', id: brandId<PersonId>('C1') },
        { kind: 'group', ref: brandId('dept:Sound') },
      ]),
      notes: note,
      stops: fc.option(clock).map(arrive => [
        {
          order: 0,
          venue: brandId('V1'),
          part: 'meet',
          arrive,
          leave: null,
          lunchStart: null,
          lunchEnd: null,
          contact: '',
          shootDays: [],
          notes: '',
        },
      ]),
      extra: fc.option(word).map(text => (text === null ? {} : { Weather: text })),
      repeats: fc.option(series(each)),
    }),
  )
  .map(({ repeats, ...rest }) => ({ ...rest, ...(repeats ?? {}) }) as unknown as EventContent);

describe.each(formats)('any schedule exported as %s', format => {
  it('imports as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 8 }), async contents => {
        await using store = await emptyStore();
        await importing(store, sheets({ people: company.people, venues: company.venues }));
        await store.write(async r => {
          for (const [index, each] of contents.entries()) {
            const id = brandId<EventId>(`X${index}`);
            await saveEvent(r, {
              production,
              id,
              expected: null,
              content: each,
              by: 'x',
              source: 'web',
              now,
              held: [],
            });
          }
        });
        const { before, again, fresh, after } = await throughFile(store, format);
        expect(again).toMatchObject({ added: 0, changed: 0, removed: 0, rejected: [] });
        expect(fresh.rejected).toEqual([]);
        if (format !== 'ics') expect(facts(after)).toEqual(facts(before));
      }),
      { numRuns: format === 'xlsx' ? 15 : 40 },
    );
  });
});

describe('one person’s export', () => {
  const face = {
    when: meeting.when,
    title: '=Rehearsal',
    place: 'Hall',
    notes: '',
    url: null,
    busy: 'busy' as const,
    series: null,
  };
  const shown = [
    { id: brandId<EventId>('E1'), uid: 'u@callboard', sequence: 2, updatedAt: now, face, status: 'confirmed' as const },
  ];

  it('holds what the face shows and nothing beside it', () => {
    expect(exportFacesCsv(shown)[0]?.text).toBe(
      "id,title,date,start,end,end_date,all_day,timezone,status,place,online_url,rrule,except,notes\nE1,'=Rehearsal,2027-03-02,10:00,11:00,,,Europe/London,confirmed,Hall,,,,\n",
    );
    expect(exportFacesIcs('TIDEWRACK', shown)).toContain('SUMMARY:=Rehearsal\r\n');
    expect(exportFacesIcs('TIDEWRACK', shown)).not.toContain('X-CALLBOARD-ID');
  });
});
