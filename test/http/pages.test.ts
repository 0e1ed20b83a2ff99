import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../src/http/finding-words.ts';
import { findingKinds } from '../../src/model/finding.ts';
import { brandId, type GroupId } from '../../src/model/ids.ts';
import type { Mail } from '../../src/model/message.ts';
import type { ZoneName } from '../../src/model/when.ts';
import { openStore } from '../../src/store/open.ts';
import { faceOf } from '../../src/sync/project.ts';
import { parseChoice, ResolveError, resolveFinding } from '../../src/sync/resolve.ts';
import {
  calendarId,
  copy,
  eventId,
  finding,
  link,
  message,
  officeAccount,
  person,
  personId,
  production,
  reply,
} from '../store/samples.ts';
import { edit, now, openWorld, published, putEvents, serve, timed } from './world.ts';

const crew = { kind: 'group', ref: brandId<GroupId>('CREW') } as const;
const hostile = `<img src=x onerror="alert('1')">`;

/** The text of a page without its tags. */
const shown = (page: string) => page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('the schedule', () => {
  it('lists a week by day with local times, venue and number of people', async () => {
    const store = await openWorld();
    const york = 'America/New_York' as ZoneName;
    await store.write(async r =>
      putEvents(
        r,
        published('E001', { title: 'Heads', required: [crew] }),
        published('E002', {
          title: 'Studio call',
          when: { ...timed('2027-03-17', '10:00', '11:00'), zone: york },
        }),
      ),
    );
    await using web = await serve(store);
    const text = shown((await web.ask('/')).text);
    expect(text).toContain('Mon 15 Mar 2027 to Sun 21 Mar 2027');
    expect(text).toMatch(/Tue 16 Mar 2027 08:00-09:00 Heads HoD meeting Kiln Lane 2 people/);
    expect(text).toMatch(/Wed 17 Mar 2027 10:00-11:00 \(America\/New_York time, UTC-04:00\) Studio call/);
  });

  it('shows a title as the text it is, on every page', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await r.schedule.putPerson({ ...person('C08'), name: hostile, department: hostile }, null);
      await putEvents(
        r,
        published('E001', {
          title: hostile,
          notes: hostile,
          onlineUrl: `javascript:alert('1')`,
          required: [{ kind: 'person', id: personId('C08') }],
        }),
      );
      await edit(r, eventId('E001'), { title: `${hostile} 2`, extra: { [hostile]: hostile } }, hostile, true);
      await r.calendars.putAccount(officeAccount);
      await r.calendars.putLink(link('C08-caldav', 'C08'));
      await r.calendars.patch(calendarId('C08-caldav'), { state: 'fault', problem: hostile });
      await r.copies.putCopies([{ ...copy('C08-caldav', 'E001'), state: 'stuck', problem: hostile }]);
      const met = [
        { field: 'title', occurrence: null, base: hostile, ours: { a: hostile }, theirs: [hostile] },
      ] as const;
      await r.findings.put(
        finding('f1', 'k1', { title: hostile, met, suggestions: [hostile], person: personId('C08') }),
      );
      const mail: Mail = {
        from: hostile,
        to: hostile,
        subject: hostile,
        text: hostile,
        html: hostile,
        messageId: hostile,
        references: [],
        calendar: null,
      };
      await r.mail.putMessages([
        message('m1', { problem: hostile, mail, reader: { person: personId('C08'), about: personId('C08') } }),
      ]);
    });
    await using web = await serve(store);
    for (const path of ['/', '/events/TIDE/E001', '/findings', '/messages', '/messages/m1', '/calendars']) {
      const { status, text } = await web.ask(path);
      expect(status, path).toBe(200);
      expect(text, path).toContain('&lt;img src=x');
      expect(text, path).not.toContain('<img');
      expect(text, path).not.toContain('href="javascript');
    }
  });

  it('2,500 events in one week stay small pages, and every one of them can be reached', async () => {
    const store = await openWorld();
    const events = Array.from({ length: 2500 }, (_, index) =>
      published(`E${1000 + index}`, {
        title: `Rehearsal ${index} `.repeat(4),
        when: timed(`2027-03-${15 + (index % 7)}`, '10:00', '11:00'),
      }),
    );
    await store.write(async r => putEvents(r, ...events));
    await using web = await serve(store);
    const found = new Set<string>();
    let path: string | undefined = '/';
    while (path !== undefined) {
      const { text } = await web.ask(path.replaceAll('&amp;', '&'));
      expect(text.length).toBeLessThan(150_000);
      for (const [, id = ''] of text.matchAll(/\/events\/TIDE\/(E\d+)"/g)) found.add(id);
      path = /rel="next" href="([^"]+page=\d+)"/.exec(text)?.[1];
    }
    expect(found.size).toBe(2500);
  });

  it('can be asked for days, a person and a kind, and leads to the weeks around', async () => {
    const store = await openWorld();
    await store.write(async r =>
      putEvents(
        r,
        published('E001', { title: 'Heads', required: [crew] }),
        published('E002', { title: 'Fitting', kind: 'costume_fitting' }),
        published('E003', { title: 'Later', when: timed('2027-03-23', '10:00', '11:00') }),
      ),
    );
    await using web = await serve(store);
    const titles = async (query: string) =>
      [...(await web.ask(`/?${query}`)).text.matchAll(/<a href="\/events\/[^"]+">([^<]+)</g)].map(([, title]) => title);
    expect(await titles('')).toEqual(['Heads', 'Fitting']);
    expect(await titles('from=2027-03-22')).toEqual(['Later']);
    expect(await titles('from=2027-03-16&to=2027-03-23&person=&kind=')).toEqual(['Heads', 'Fitting', 'Later']);
    expect(await titles('person=C07')).toEqual(['Heads']);
    expect(await titles('kind=costume_fitting')).toEqual(['Fitting']);
    const { text } = await web.ask('/?person=C06');
    expect(text).toContain('href="/?from=2027-03-22&amp;to=2027-03-28&amp;person=C06"');
    expect(text).toContain('href="/?from=2027-03-08&amp;to=2027-03-14&amp;person=C06"');
  });

  it('of several productions shows the one asked for', async () => {
    const store = await openWorld();
    const other = { id: brandId<typeof production>('OTHER'), name: 'Saltmarsh', zone: 'Europe/London' as ZoneName };
    await store.write(async r => r.schedule.ensureProduction(other));
    await using web = await serve(store);
    expect((await web.ask('/?production=OTHER')).text).toContain('<h1>Saltmarsh</h1>');
    expect((await web.ask('/?production=TIDE')).text).toContain('<h1>Tidewrack</h1>');
  });

  it('says so when there is no production yet', async () => {
    await using web = await serve(await openStore('sqlite::memory:'));
    expect(await web.ask('/')).toMatchObject({ status: 200, text: expect.stringContaining('no production yet') });
  });
});

describe('one event', () => {
  it('says for each person how they are asked and how their copy fares', async () => {
    const store = await openWorld();
    const people = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7'];
    const event = published('E001', {
      required: [crew],
      optional: people.map(id => ({ kind: 'person', id: personId(id) })),
    });
    await store.write(async r => {
      for (const id of people) await r.schedule.putPerson(person(id), null);
      await putEvents(r, event);
      await r.calendars.putAccount(officeAccount);
      for (const id of [...people.slice(0, 6), 'C06']) await r.calendars.putLink(link(`${id}-caldav`, id));
      await r.calendars.patch(calendarId('P6-caldav'), { state: 'halted', problem: 'came back empty' });
    });
    const snapshot = await store.read(r => r.schedule.snapshot(production));
    const placed = (id: string) => {
      const about = person(id);
      const attendance = { person: about.id, role: 'optional', via: [], byName: true } as const;
      const face = faceOf(event.content, { reader: about, about, attendance }, snapshot);
      return {
        ...copy(`${id}-caldav`, 'E001'),
        base: { sent: face, seen: face, tag: null, eventVersion: 1, guessed: [] },
      };
    };
    const old = placed('P3');
    await store.write(async r =>
      r.copies.putCopies([
        placed('P1'),
        { ...placed('P2'), state: 'stuck', problem: 'the title is too long' },
        { ...old, base: { ...old.base, sent: { ...old.base.sent, title: 'Before' } } },
        { ...placed('P4'), state: 'hidden' },
        placed('P6'),
      ]),
    );
    await using web = await serve(store);
    const text = shown((await web.ask('/events/TIDE/E001')).text);
    expect(text).toContain('Who is asked (9 people)');
    expect(text).toMatch(/Person C06 C06 required, via CREW waiting not in the calendar yet/);
    expect(text).toMatch(/Person P1 P1 optional, by name in step P1-caldav/);
    expect(text).toMatch(/P2 optional, by name stuck the title is too long/);
    expect(text).toMatch(/P3 optional, by name waiting an update is on its way/);
    expect(text).toMatch(/P4 optional, by name hidden they deleted it/);
    expect(text).toMatch(/P5 optional, by name waiting not in the calendar yet/);
    expect(text).toMatch(/P6 optional, by name in step when last seen calendar halted/);
    expect(text).toMatch(/P7 optional, by name no calendar told by mail/);
  });

  it('says what each has answered, to which version, and with which words', async () => {
    const store = await openWorld();
    const people = ['P1', 'P2', 'P3', 'P4'].map(personId);
    await store.write(async r => {
      for (const id of people) await r.schedule.putPerson(person(id), null);
      await putEvents(r, published('E001', { required: people.map(id => ({ kind: 'person', id })) }));
      await r.replies.put(reply('r1', { person: personId('P1'), by: personId('P1'), comment: '<b>Late</b>', at: now }));
      await edit(r, eventId('E001'), { when: timed('2027-03-18', '10:00', '11:00') }, 'Siân');
      const proposed = timed('2027-03-19', '10:00', '11:00');
      await r.replies.put(
        reply('r2', { person: personId('P2'), answer: 'declined', version: 2, proposed, comment: '' }),
      );
      await r.replies.put(reply('r3', { person: personId('P3'), by: personId('P3'), source: 'calendar', version: 2 }));
    });
    await using web = await serve(store);
    const { text } = await web.ask('/events/TIDE/E001');
    expect(text).not.toContain('<b>Late');
    expect(shown(text)).toMatch(
      /P1 required, by name .* accepted version 1 , before it moved: “&lt;b&gt;Late&lt;.b&gt;” by mail/,
    );
    expect(shown(text)).toMatch(
      /P2 .* declined , by Person C06 \(C06\); proposes Fri 19 Mar 2027, 10:00-11:00 by mail/,
    );
    expect(shown(text)).toMatch(/P3 .* accepted : “With “pleasure” .” in their calendar/u);
    expect(shown(text)).toMatch(/P4 .* none yet/);
  });

  it('a copy of who is asked no longer is on its way out', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await putEvents(r, published('E001', { required: [] }));
      await r.calendars.putAccount(officeAccount);
      await r.calendars.putLink(link('C06-caldav'));
      await r.copies.putCopies([copy('C06-caldav', 'E001')]);
    });
    await using web = await serve(store);
    expect(shown((await web.ask('/events/TIDE/E001')).text)).toMatch(/not asked waiting is to be taken out C06-caldav/);
  });

  it('its history names who changed what from where, field by field; what is held back is marked', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await putEvents(r, published('E001', { title: 'Heads' }));
      await edit(r, eventId('E001'), { title: 'Heads of department', notes: '' }, 'Siân');
      await edit(r, eventId('E001'), { when: timed('2027-03-18', '10:00', '11:00') }, 'Idris', true);
    });
    await using web = await serve(store);
    const text = shown((await web.ask('/events/TIDE/E001')).text);
    expect(text).toMatch(
      /Version 2 , Mon 15 Mar 2027 09:00 , by Siân \(web\) Field Was Now Title Heads Heads of department Notes Bring/,
    );
    expect(text).toMatch(/Version 3 .* When Tue 16 Mar 2027, 08:00-09:00 Thu 18 Mar 2027, 10:00-11:00/);
    expect(text).toMatch(/Calendars and mails show version 2; the newest is 3/);
    expect(text.indexOf('Version 3')).toBeLessThan(text.indexOf('Version 1 '));
  });

  it('shows the messages and open findings about it alone', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await putEvents(r, published('E001'), published('E002'));
      await r.mail.putMessages([message('m1'), message('m2', { event: eventId('E002') })]);
      await r.findings.put(finding('f1', 'k1', { title: 'Ours' }));
      await r.findings.put(finding('f2', 'k2', { title: 'Another', event: eventId('E002') }));
    });
    await using web = await serve(store);
    const { text } = await web.ask('/events/TIDE/E001');
    expect(text).toContain('/messages/m1');
    expect(text).not.toContain('/messages/m2');
    expect(text).toContain('Ours');
    expect(text).not.toContain('Another');
  });
});

describe('findings', () => {
  it('an open one shows before, ours and theirs, and the commands that decide it', async () => {
    const store = await openWorld();
    const when = timed('2027-03-16', '08:00', '09:00');
    await store.write(async r => {
      const met = [
        {
          field: 'when',
          occurrence: null,
          base: when,
          ours: timed('2027-03-16', '09:00', '10:00'),
          theirs: timed('2027-03-17', '08:00', '09:00'),
        },
      ] as const;
      await r.findings.put(finding('f1', 'k1', { kind: 'removal', met, suggestions: ['cancel for everybody'] }));
      await r.findings.put(
        finding('f2', 'k2', { state: 'decided', decided: { choice: 'theirs', by: 'Siân', at: now } }),
      );
    });
    await using web = await serve(store);
    const text = shown((await web.ask('/findings')).text);
    expect(text).toMatch(/Time Tue 16 Mar 2027, 08:00-09:00 Tue 16 Mar 2027, 09:00-10:00 Wed 17 Mar 2027, 08:00-09:00/);
    for (const choice of ['canonical', 'theirs', 'suggestion:1']) {
      expect(text).toContain(`callboard conflicts resolve f1 --take ${choice} --by`);
    }
    expect(text).toContain('Open (1)');
    expect(text).not.toContain('resolve f2');
    expect(text).toMatch(/Decided Mon 15 Mar 2027 09:00 by Siân: theirs, take theirs into the schedule/);
  });

  it.each(findingKinds)('every choice that is shown for a %s is one that is taken', async kind => {
    await using store = await openWorld();
    const open = finding('f1', 'k1', { kind, suggestions: kind === 'removal' ? ['decline', 'cancel'] : [] });
    for (const { choice } of optionsOf(open)) {
      await store.write(async r => r.findings.put(open));
      const resolution = { id: open.id, choice: parseChoice(choice), by: 'Siân', now, held: [] };
      const refusal = await resolveFinding(store, resolution).then(
        () => null,
        (error: unknown) => error,
      );
      expect(refusal instanceof ResolveError ? refusal.kind : refusal).not.toBe('no-such-choice');
    }
  });
});

describe('messages', () => {
  const statement = {
    when: timed('2027-03-16', '08:00', '09:00'),
    title: 'Heads',
    place: 'Kiln Lane',
    onlineUrl: null,
    status: 'confirmed',
    role: 'required',
    details: '',
    occurrences: null,
  } as const;
  const office = { name: 'Office', address: 'office@example.org', contact: '' };

  it('a waiting one is shown as it would be sent, in plain text', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await putEvents(r, published('E001', { title: 'Heads' }));
      await r.mail.putMessages([message('m1', { statement })]);
    });
    await using web = await serve(store, { office });
    const { text } = await web.ask('/messages/m1');
    expect(text).toMatch(/<pre>You are asked to Heads/);
    expect(text).toContain('&quot;Office&quot; &lt;office@example.org&gt;');
    expect(text).toContain('As it would be sent now');
  });

  it('one that cannot be written says why', async () => {
    const store = await openWorld();
    await store.write(async r => {
      await r.schedule.putPerson({ ...person('C09'), email: null }, null);
      await putEvents(r, published('E001'));
      await r.mail.putMessages([
        message('m1', { statement, reader: { person: personId('C09'), about: personId('C09') } }),
      ]);
    });
    await using web = await serve(store, { office });
    expect((await web.ask('/messages/m1')).text).toContain('no usable email');
  });
});

it('calendars in trouble come first, with the reason and without their address', async () => {
  const store = await openWorld();
  await store.write(async r => {
    await r.calendars.putAccount(officeAccount);
    await r.calendars.putLink({ ...link('C06-caldav'), url: 'https://feeds.example/secret-token' });
    await r.calendars.putLink(link('C07-caldav', 'C07'));
    await r.calendars.patch(calendarId('C07-caldav'), { state: 'needs-consent', problem: 'the password was refused' });
    const run = {
      id: 'r1',
      calendar: calendarId('C06-caldav'),
      startedAt: now,
      endedAt: now,
      requests: 2,
      created: 1,
      updated: 0,
      deleted: 0,
      inbound: 0,
      problem: null,
    };
    await r.calendars.addRun(run);
  });
  await using web = await serve(store);
  const { text } = await web.ask('/calendars');
  expect(text.indexOf('C07-caldav')).toBeLessThan(text.indexOf('C06-caldav'));
  expect(shown(text)).toMatch(/needs-consent the password was refused never/);
  expect(shown(text)).toContain('1 made, 0 changed, 0 removed, 0 taken in, 2 requests');
  expect(text).not.toContain('secret-token');
});
