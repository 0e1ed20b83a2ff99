import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import ExcelJS from 'exceljs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImportError } from '../../src/schedule/errors.ts';
import { readSource } from '../../src/schedule/read.ts';
import { zipProblem } from '../../src/schedule/sheets/zip-check.ts';
import type { Store } from '../../src/store/store.ts';
import { company, emptyStore, eventOf, importing, london, sheets, snapshotOf } from './world.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callboard-'));
  store = await emptyStore();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await store[Symbol.asyncDispose]();
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const read = (...paths: string[]) => readSource(paths, london);

describe('what cannot be read at all says why in one line', () => {
  it.each<[string, string, string | Uint8Array, ImportError['kind'], RegExp]>([
    ['a file that is no workbook', 'a.xlsx', 'id,name\n', 'unreadable', /not an \.xlsx workbook, or is broken/],
    ['a workbook cut off', 'a.xlsx', Buffer.from('PK\u0003\u0004'), 'unreadable', /broken/],
    ['an encrypted workbook', 'a.xlsx', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'encrypted', /without a password/],
    ['a calendar that is none', 'a.ics', 'hello', 'unreadable', /a\.ics: /],
    ['JSON cut off', 'a.json', '{"people": [', 'unreadable', /not JSON/],
    ['JSON of another form', 'a.json', '{"people": [{"id": {"x": 1}}]}', 'unreadable', /people\.0\.id/],
    ['JSON without our lists', 'a.json', '{"x": 1}', 'nothing-known', /none of the lists/],
    ['a CSV file of another name', 'a.csv', 'id\n', 'nothing-known', /not named after a sheet/],
    ['a kind of file we do not know', 'a.pdf', '%PDF', 'nothing-known', /no kind of file/],
  ])('%s', async (_, name, content, kind, message) => {
    const error: unknown = await read(await file(name, content)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ImportError);
    expect(error).toMatchObject({ kind, message: expect.stringMatching(message) });
    expect((error as ImportError).message).not.toContain('\n');
  });

  it('a path that is not there, and a folder without sheets', async () => {
    await expect(read(join(folder, 'none'))).rejects.toMatchObject({ kind: 'missing' });
    await file('README.md', '# hello');
    await mkdir(join(folder, 'external'));
    await expect(read(folder)).rejects.toMatchObject({ kind: 'nothing-known' });
  });

  it('a workbook that unpacks to more than it says', () => {
    const packed = deflateRawSync(Buffer.alloc(1_000_000));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(10, 24);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(local.length + packed.length, 16);
    const zip = Buffer.concat([local, packed, entry, end]);
    expect(zipProblem(zip, 500_000)).toBe('too-large');
    expect(zipProblem(zip, 2_000_000)).toBeNull();
  });
});

describe('a folder of CSV files', () => {
  it('may hold other files, and names in any case', async () => {
    await file('README.md', '# hello');
    await file('production.yaml', 'id: x');
    await file('Venues.CSV', '\uFEFFID;Name;Step Free\nV1;Seawall;YES\n');
    const report = await importing(store, await read(folder));
    expect(report).toMatchObject({ added: 1, rejected: [], warnings: [] });
    expect([...(await snapshotOf(store)).venues.values()]).toMatchObject([{ name: 'Seawall', stepFree: 'yes' }]);
  });

  it('in Windows-1252 is read, with a warning that names the file', async () => {
    await file('venues.csv', Buffer.from('id,name\nV1,Caf\xe9 \x96 Ty Morfa\n', 'latin1'));
    const report = await importing(store, await read(folder));
    expect(report.warnings).toMatchObject([
      { file: 'venues.csv', row: 0, problem: expect.stringContaining('Windows-1252') },
    ]);
    expect([...(await snapshotOf(store)).venues.values()]).toMatchObject([{ name: 'Café – Ty Morfa' }]);
  });

  it('that mixes encodings loses only the rows that cannot be read', async () => {
    const mixed = Buffer.concat([Buffer.from('id,name\nV1,Café\n'), Buffer.from('V2,Caf\xe9\nV3,Pub\n', 'latin1')]);
    await file('venues.csv', mixed);
    const report = await importing(store, await read(folder));
    expect(report).toMatchObject({ added: 2, rejected: [{ row: 3, column: 'name' }] });
    expect((await snapshotOf(store)).venues.get('V1' as never)?.name).toBe('Café');
  });

  it('and a workbook beside it are one import', async () => {
    await file('venues.csv', 'id,name\nV1,Seawall\n');
    const json = await file('more.json', '{"venues": [{"id": "V2", "name": "=Gym", "capacity": 40}]}');
    expect(await importing(store, await read(folder, json))).toMatchObject({ added: 2, rejected: [] });
    expect((await snapshotOf(store)).venues.get('V2' as never)).toMatchObject({ name: '=Gym', capacity: 40 });
  });
});

describe('a workbook', () => {
  async function workbook(name: string, rows: readonly (readonly ExcelJS.CellValue[])[]): Promise<string> {
    const book = new ExcelJS.Workbook();
    book.addWorksheet('Notes').addRow(['not ours']);
    book.addWorksheet(name).addRows(rows.map(row => [...row]));
    const path = join(folder, 'office.xlsx');
    await book.xlsx.writeFile(path);
    return path;
  }

  it('may have real dates and times, rich text, links and formulas with their results', async () => {
    const day = new Date(Date.UTC(2027, 2, 5));
    const clock = (hours: number) => new Date(Date.UTC(1899, 11, 30, hours));
    const path = await workbook('Schedule', [
      ['ID', 'Kind', 'Title', 'Date', 'Start', 'End', 'Online URL', 'Notes'],
      [
        'E1',
        'meeting',
        { richText: [{ text: 'Script ' }, { font: { bold: true }, text: 'talk' }] },
        day,
        clock(9),
        { formula: 'E2+1/24', result: clock(10) },
        { text: 'https://meet.test/1', hyperlink: 'https://meet.test/1' },
        { formula: 'A1&"x"', result: 'IDx' },
      ],
    ]);
    expect(await importing(store, await read(path))).toMatchObject({ added: 1, rejected: [], warnings: [] });
    expect((await eventOf(store, 'E1')).content).toMatchObject({
      title: 'Script talk',
      when: { start: '2027-03-05T09:00:00', end: '2027-03-05T10:00:00' },
      onlineUrl: 'https://meet.test/1',
      notes: 'IDx',
    });
  });

  it('loses only the rows whose formulas have no result or are in error', async () => {
    const path = await workbook('venues', [
      ['id', 'name', 'capacity'],
      ['V1', { formula: 'A1' }, null],
      ['V2', { error: '#N/A' }, null],
      ['V3', { formula: '1/0', result: { error: '#DIV/0!' } }, null],
      ['V4', 'Gym', 40],
    ]);
    const report = await importing(store, await read(path));
    expect(report.rejected).toMatchObject([
      {
        file: 'office.xlsx/venues',
        row: 2,
        column: 'name',
        value: '=A1',
        problem: expect.stringContaining('stored result'),
      },
      { row: 3, value: '#N/A' },
      { row: 4, value: '#DIV/0!' },
    ]);
    expect([...(await snapshotOf(store)).venues.values()]).toMatchObject([{ id: 'V4', capacity: 40 }]);
  });

  it('with none of our sheets says so', async () => {
    await expect(read(await workbook('Budget', [['id']]))).rejects.toMatchObject({ kind: 'nothing-known' });
  });
});

describe('an iCalendar file from elsewhere', () => {
  const ics = (lines: readonly string[]) =>
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:x',
      'BEGIN:VEVENT',
      'UID:abc@elsewhere',
      'DTSTAMP:20270101T000000Z',
      ...lines,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
  const times = ['DTSTART;TZID=Europe/London:20270305T100000', 'DTEND;TZID=Europe/London:20270305T110000'];

  it('makes meetings whose ids are the same in every import', async () => {
    await importing(store, sheets(company));
    const path = await file('a.ics', ics([...times, 'SUMMARY:Funders’ call', 'LOCATION:lantern house, Marlwood Road']));
    const first = await importing(store, await read(path));
    expect(first).toMatchObject({ added: 1, rejected: [], warnings: [] });
    expect(await importing(store, await read(path))).toMatchObject({ added: 0, unchanged: 1 });
    const event = [...(await snapshotOf(store)).events.values()].find(each => each.content.title.startsWith('Funders'));
    expect(event?.content).toMatchObject({ kind: 'meeting', venue: 'V1', when: { start: '2027-03-05T10:00:00' } });
  });

  it('keeps a place that is no venue as text, and says so', async () => {
    const report = await importing(
      store,
      await read(await file('a.ics', ics([...times, 'SUMMARY:X', 'LOCATION:My kitchen']))),
    );
    expect(report).toMatchObject({ added: 1, warnings: [{ row: 1, column: 'place', value: 'My kitchen' }] });
    expect([...(await snapshotOf(store)).events.values()][0]?.content.extra).toEqual({ place: 'My kitchen' });
  });

  it('S46 a floating time is read in the production’s zone, and said', async () => {
    const report = await importing(
      store,
      await read(await file('a.ics', ics(['DTSTART:20270305T100000', 'DTEND:20270305T110000', 'SUMMARY:X']))),
    );
    expect(report.warnings).toMatchObject([
      { row: 1, column: 'timezone', problem: expect.stringContaining('without a zone') },
    ]);
    expect([...(await snapshotOf(store)).events.values()][0]?.content.when).toMatchObject({ zone: 'Europe/London' });
  });
});
