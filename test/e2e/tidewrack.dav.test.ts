/** The main job on the whole production: TIDEWRACK in ninety calendars on one Radicale, through the command line. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ICAL from 'ical.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { SyncReport } from '../../src/sync/sync-once.ts';
import type { DavServer } from '../real/dav-server.ts';
import { describeWith } from '../real/peer.ts';
import { startRadicale } from '../real/radicale.ts';
import { openWorkplace, tidewrack, type Workplace } from './command.ts';

const user = { name: 'unit', password: 'secret' };

/** Rows of a sheet, read without any of the code under test. */
async function rowsOf(sheet: string): Promise<Record<string, string>[]> {
  const [head = [], ...rows] = parseCsv(await readFile(join(tidewrack, `${sheet}.csv`), 'utf8'));
  return rows.map(cells => Object.fromEntries(head.map((name, column) => [name, cells[column] ?? ''])));
}

function parseCsv(text: string): string[][] {
  const rows = text.match(/(?:"(?:[^"]|"")*"|[^\n"])+/g) ?? [];
  return rows.map(row =>
    [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    ),
  );
}

/** Who attends each event, worked out from the sheets by the README's words alone. */
async function attendance(): Promise<Map<string, Set<string>>> {
  const people = await rowsOf('people');
  const groups = new Map((await rowsOf('groups')).map(row => [row['id'], (row['members'] ?? '').split(';')]));
  const expand = (ref: string): string[] => {
    const [kind, value] = ref.split(':');
    if (kind === 'dept') return people.filter(row => row['department'] === value).map(row => row['id'] ?? '');
    if (kind === 'kind') return people.filter(row => row['kind'] === value).map(row => row['id'] ?? '');
    return groups.get(ref)?.flatMap(expand) ?? [ref];
  };
  const asked = (row: Record<string, string>) =>
    [row['required'], row['optional']].flatMap(cell => (cell ? cell.split(';') : []));
  return new Map((await rowsOf('schedule')).map(row => [row['id'] ?? '', new Set(asked(row).flatMap(expand))]));
}

describeWith(['radicale'], 'TIDEWRACK on Radicale', () => {
  let radicale: DavServer;
  let place: Workplace;
  let people: Record<string, string>[];
  const urls = new Map<string, string>();
  const sync = () => place.json<SyncReport>([0, 3], 'sync', '--once');

  beforeAll(async () => {
    radicale = await startRadicale([user]);
    place = await openWorkplace();
    people = (await rowsOf('people')).filter(row => row['kind'] === 'crew' || row['kind'] === 'cast');
    for (const { id = '' } of people) urls.set(id, await radicale.makeCalendar(user, id.toLowerCase()));
    const links = [...urls].map(
      ([id, url]) => `  - { person: ${id}, provider: caldav, url: "${url}", username: unit, password: secret }`,
    );
    await place.configure(
      [
        'production: { id: tidewrack, name: TIDEWRACK, timezone: Europe/London }',
        'store: sqlite:c.db',
        'calendars:',
        ...links,
      ].join('\n'),
    );
    expect((await place.json<{ rejected: unknown[] }>([0], 'import', tidewrack)).rejected).toEqual([]);
  }, 120_000);
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]();
    await radicale?.stop();
  });

  /** Every VEVENT of a person's calendar, by its UID. */
  async function diary(person: string): Promise<ICAL.Component[]> {
    const { text } = await radicale.get(user, urls.get(person) ?? '');
    return ICAL.Component.fromString(text).getAllSubcomponents('vevent');
  }
  const local = (event: ICAL.Component, name: string) => String(event.getFirstPropertyValue(name));

  it('ninety calendars show exactly their person’s events, at the right local times across 28 March', async () => {
    const report = await sync();
    expect(report).toMatchObject({ calendars: 90, failed: [], updated: 0, deleted: 0 });
    const asked = await attendance();
    const schedule = await rowsOf('schedule');
    for (const { id = '' } of people) {
      const expected = schedule.filter(row => asked.get(row['id'] ?? '')?.has(id));
      const events = await diary(id);
      const shown = events.map(event => [local(event, 'dtstart'), local(event, 'dtend')].join(' ')).sort();
      expect(shown, id).toEqual(expected.map(timesOf).sort());
      for (const event of events) {
        const start = event.getFirstProperty('dtstart');
        expect(start?.getParameter('tzid') ?? start?.type, id).toMatch(/^(Europe\/London|date)$/);
        expect(event.getAllProperties('attendee'), id).toEqual([]);
        expect(event.getFirstProperty('organizer'), id).toBeNull();
      }
    }
  }, 240_000);

  /** What an independent reading of the row says: local times, exclusive end of whole days. */
  function timesOf(row: Record<string, string>): string {
    if (row['all_day'] === 'yes') return `${row['date']} ${row['end_date']}`;
    return `${row['date']}T${row['start']}:00 ${row['end_date'] || row['date']}T${row['end']}:00`;
  }

  it('S43 the weekly meeting is 10:00 in London before and after the clocks go forward', async () => {
    const [weekly] = (await diary('C02')).filter(event => event.getFirstProperty('rrule') !== null);
    expect(weekly).toBeDefined();
    expect(local(weekly!, 'dtstart')).toBe('2027-03-01T10:00:00');
    const zone = weekly!.getFirstProperty('dtstart')?.getParameter('tzid');
    const utcOn = (day: string) =>
      Temporal.PlainDateTime.from(`${day}T10:00`).toZonedDateTime(String(zone)).toInstant().toString();
    expect([utcOn('2027-03-15'), utcOn('2027-04-05')]).toEqual(['2027-03-15T10:00:00Z', '2027-04-05T09:00:00Z']);
    expect(weekly!.getAllProperties('exdate').flatMap(property => property.getValues().map(String))).toHaveLength(3);
  });

  it('S29 a second pass writes nothing and costs one request a calendar', async () => {
    expect(await sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, requests: 90, failed: [] });
  }, 60_000);

  it('an edit, a deletion and a private appointment made with another client come back', async () => {
    const find = async (person: string, title: string) => {
      const event = (await diary(person)).find(one => local(one, 'summary') === title);
      const listing = await radicale.request(user, urls.get(person) ?? '', {
        method: 'PROPFIND',
        headers: { depth: '1' },
      });
      const uid = local(event!, 'uid');
      for (const [, href = ''] of (await listing.text()).matchAll(/<(?:D:)?href>([^<]+\.ics)</g)) {
        const { text } = await radicale.get(user, href);
        if (text.replaceAll('\r\n ', '').includes(uid)) return { href, text };
      }
      throw new Error(`${title} is not in ${person}`);
    };
    const kickOff = await find('C02', 'Prep kick-off');
    await radicale.put(
      user,
      kickOff.href,
      kickOff.text.replace(/(DTSTART[^:]*:20270222T)10/, '$112').replace(/(DTEND[^:]*:20270222T)1130/, '$11330'),
    );
    const notes = await find('C05', 'Notes, ep 1 shooting script');
    await radicale.remove(user, notes.href);
    const dentist = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//x//EN',
      'BEGIN:VEVENT',
      'UID:dentist-1',
      'DTSTAMP:20270101T000000Z',
    ];
    dentist.push(
      'DTSTART:20270309T140000Z',
      'DTEND:20270309T150000Z',
      'SUMMARY:canary dentist',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    );
    await radicale.put(user, `${urls.get('CA01')}dentist.ics`, dentist.join('\r\n'));
    const report = await sync();
    expect(report).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 2, failed: [] });
    const findings = await place.json<Finding[]>([0], 'conflicts', 'list');
    expect(findings.map(({ kind, person, event }) => `${kind} ${person} ${event}`).sort()).toEqual([
      'proposal C02 E001',
      'removal C05 E003',
    ]);
    const proposal = findings.find(finding => finding.kind === 'proposal');
    expect(proposal?.met[0]).toMatchObject({ field: 'when', theirs: { start: '2027-02-22T12:00:00' } });
    const everything = await place.callboard('export', '--format', 'json');
    expect(everything.out).not.toContain('canary');
    await place.callboard('conflicts', 'resolve', proposal?.id ?? '', '--take', 'theirs', '--by', 'Bethan Larkspur');
    // Eleven more people are asked to the kick-off: each of their copies moves by one write.
    const after = await sync();
    const asked = (await attendance()).get('E001');
    const others = people.filter(person => asked?.has(person['id'] ?? '')).length - 1;
    expect(after).toMatchObject({ updated: others, created: 0, deleted: 0, failed: [] });
    const moved = (await diary('C10')).find(one => local(one, 'summary') === 'Prep kick-off');
    expect(local(moved!, 'dtstart')).toBe('2027-02-22T12:00:00');
  }, 120_000);
});
