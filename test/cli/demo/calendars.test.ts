/** The demo's page of a person's calendar: being somebody of the unit, by plain forms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diaryOf, entryFor } from '../../../src/cli/demo/acts.ts';
import { type DemoOffice, openDemo } from '../../../src/cli/demo/office.ts';
import { demoPages } from '../../../src/cli/demo/pages.ts';
import { fundersCall, hamza, idris, lastRecce, verity } from '../../../src/cli/demo/players.ts';
import { cardAbout, readEvent, settleCalendars } from '../../../src/cli/demo/readings.ts';
import { brandId, type EventId, type PersonId } from '../../../src/model/ids.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { systemRuntime } from '../../../src/runtime/system.ts';

const ilse = brandId<PersonId>('C31');
const recce = brandId<EventId>('E008');
const touring = { isTouring: false };
let office: DemoOffice;

beforeAll(async () => {
  office = await openDemo({
    port: 0,
    runtime: systemRuntime(createLog('silent')),
    signal: new AbortController().signal,
    web: demo => ({ pages: demoPages(demo, touring) }),
  });
  await settleCalendars(office);
}, 120_000);
afterAll(() => office[Symbol.asyncDispose]());

const pathOf = (person: PersonId) => `${office.daemon.url}/demo/calendars/${person}`;
const read = async (url: string) => await (await fetch(url)).text();

/** Fills in a form of a person's page as a browser does, and gives what the page says then. */
async function post(person: PersonId, fields: Readonly<Record<string, string>>, headers = {}): Promise<string> {
  const reply = await fetch(pathOf(person), {
    method: 'POST',
    headers: { origin: office.daemon.url, ...headers },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  expect(reply.status).toBe(303);
  const page = await read(new URL(reply.headers.get('location') ?? '', office.daemon.url).href);
  return /<p id="did"[^>]*>([^<]*)/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? '';
}

async function entryOf(person: PersonId, event: EventId) {
  const entry = entryFor(office, person, (await readEvent(office, event)).uid);
  if (entry === null) throw new Error('the calendar does not show it');
  return entry;
}

describe('the pages of the demo', () => {
  it('list who keeps a calendar, by provider', async () => {
    const page = await read(`${office.daemon.url}/demo`);
    expect(page.match(/<h2>\w+<\/h2>/g)).toEqual(['<h2>Outlook</h2>', '<h2>Google</h2>', '<h2>CalDAV</h2>']);
    expect(page.match(/<li>/g)).toHaveLength(51);
  });

  it.each([
    ['Outlook', idris, 'Funders&#39; call'],
    ['Google', verity, 'Fitting CA09'],
    ['CalDAV', ilse, 'Full production meeting (all HoDs)'],
  ])('show a calendar in %s as its owner sees it, with forms', async (provider, person, title) => {
    const page = await read(pathOf(person));
    expect(page).toContain(`(${provider})</h1>`);
    expect(page.replaceAll('’', '&#39;')).toContain(`<td>${title}</td>`);
    expect(page).toContain('name="do" value="change"');
    expect(page).not.toContain('<script');
  });

  it('know nobody without a calendar', async () => {
    expect((await fetch(pathOf(brandId('CA01')))).status).toBe(404);
  });
});

describe('being somebody', () => {
  it('a producer who moves a meeting in Outlook makes a proposal', async () => {
    const { id, title } = await entryOf(idris, fundersCall);
    const times = { start: '2027-03-15T17:00', end: '2027-03-15T18:00' };
    const said = await post(idris, { do: 'change', id, title, ...times });
    expect(said).toContain('is now Mon 15 Mar 2027, 17:00-18:00.');
    expect(said).toContain('the schedule is unchanged.');
    expect((await entryOf(idris, fundersCall)).when.start).toBe('2027-03-15T17:00:00');
    expect((await cardAbout(office, 'proposal', fundersCall))?.person).toBe(idris);
  });

  it('somebody who retitles an entry on a CalDAV server makes one as well', async () => {
    const { id, when } = await entryOf(ilse, recce);
    const times = { start: when.start.slice(0, 16), end: when.end.slice(0, 16) };
    const said = await post(ilse, { do: 'change', id, title: 'Recce; bring boots, and a \\ hat', ...times });
    expect(said).toContain('changed the title of');
    const entries = diaryOf(office, ilse).entries();
    expect(entries.find(entry => entry.id === id)).toMatchObject({ title: 'Recce; bring boots, and a \\ hat', when });
  });

  it('who deletes an entry in Google is asked about, and it stays deleted', async () => {
    const said = await post(hamza, { do: 'remove', id: (await entryOf(hamza, lastRecce)).id });
    expect(said).toMatch(/is deleted\. Hamza Treloar removed “RC7/);
    await expect(entryOf(hamza, lastRecce)).rejects.toThrow();
  });

  it.each([
    ['Outlook', idris],
    ['Google', verity],
    ['CalDAV', ilse],
  ])('an appointment of one’s own in %s is busy time and nothing else', async (_, person) => {
    const times = { start: '2027-04-20T10:30', end: '2027-04-20T12:00' };
    const said = await post(person, { do: 'add', title: 'Scan', place: 'Infirmary Lane', ...times });
    expect(said).toContain('is busy then, and nothing else');
    const own = diaryOf(office, person)
      .entries()
      .filter(entry => entry.title === 'Scan');
    expect(own).toMatchObject([{ place: 'Infirmary Lane', when: { start: '2027-04-20T10:30:00' } }]);
    expect(await read(pathOf(person))).toContain('<td>their own</td>');
  });

  it.each([
    [{ do: 'add', title: 'Scan', place: '', start: '2027-04-20T12:00', end: '2027-04-20T11:00' }, 'an end after it'],
    [{ do: 'add', title: ' ', place: '', start: '2027-04-20T12:00', end: '2027-04-20T13:00' }, 'a title'],
    [{ do: 'add', title: 'Scan', place: '', start: 'tomorrow', end: 'later' }, 'a beginning'],
    [{ do: 'remove', id: 'nothing' }, 'no longer in the calendar'],
    [{ do: 'burn' }, 'the form was not complete'],
  ])('a form that cannot be is refused and says why: %j', async (fields, why) => {
    const before = diaryOf(office, verity).entries().length;
    const said = await post(verity, fields);
    expect(said).toMatch(/^Nothing was done: /);
    expect(said).toContain(why);
    expect(diaryOf(office, verity).entries()).toHaveLength(before);
  });

  it('waits until the tour is over', async () => {
    touring.isTouring = true;
    expect(await post(verity, { do: 'remove', id: 'x' })).toContain('the tour on the terminal is still running');
    touring.isTouring = false;
  });

  it.each([{ origin: 'http://elsewhere.test' }, { 'sec-fetch-site': 'cross-site' }, { origin: '' }])(
    'is for the page itself and no other site: %j',
    async headers => {
      const { id } = await entryOf(idris, fundersCall);
      const body = new URLSearchParams({ do: 'remove', id });
      expect((await fetch(pathOf(idris), { method: 'POST', headers, body })).status).toBe(403);
      expect((await entryOf(idris, fundersCall)).id).toBe(id);
    },
  );
});
