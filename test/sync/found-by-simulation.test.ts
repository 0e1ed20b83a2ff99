/** What the simulation (test/sim) found in the engine, each as small as it can be told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Met } from '../../src/model/copy.ts';
import type { Invitee } from '../../src/model/event.ts';
import type { EventId, GroupId, RemoteId } from '../../src/model/ids.ts';
import { mergeMet } from '../../src/schedule/findings.ts';
import type { Store } from '../../src/store/store.ts';
import { applyBrakes } from '../../src/sync/guard.ts';
import { mergeFaces } from '../../src/sync/merge.ts';
import { planCopy } from '../../src/sync/plan.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { ResolveError, resolveFinding } from '../../src/sync/resolve.ts';
import { attemptLifeMs, settleCopy, settleRemoval } from '../../src/sync/settle.ts';
import { judgeStrays, keysOf } from '../../src/sync/stray.ts';
import {
  asIs,
  attemptOf,
  baseOf,
  but,
  calendar,
  copyOf,
  event,
  item,
  meeting,
  noon,
  occurrenceFace,
  on,
  production,
  renamed,
  rules,
  seen,
  seriesOf,
  weekly,
} from './faces.ts';
import { calendarOf, named, type Office, openOffice, tide } from './office.ts';

const none = { pending: [], canon: asIs, fields: rules().fields };

describe('white space', () => {
  it('added to a title in a calendar is no edit, and no conflict with the schedule’s own form of it', () => {
    const shown = but({ title: '  Production  meeting ' });
    const verdict = (wanted = meeting) =>
      mergeFaces({ ...none, base: baseOf(renamed), wanted, seen: shown }).map(one => [one.unit, one.verdict]);
    expect(verdict()).toEqual([['title', 'agreed']]);
    expect(verdict(renamed)).toEqual([['title', 'theirs']]);
  });
});

describe('a card', () => {
  const met = (theirs: string): Met => ({ field: 'title', occurrence: null, ours: 'o', theirs, base: 'b' });
  it('keeps the first losing value when a second one comes to it', () => {
    expect(mergeMet([met('first')], [met('second')]).map(one => one.theirs)).toEqual(['first', 'second']);
    expect(mergeMet([met('first')], [met('first')])).toHaveLength(1);
  });
});

describe('a create that comes late', () => {
  const made = (face = meeting) => [attemptOf('a1', face, { verb: 'create' })];
  it('stays expected where its id may be free again, so that it is known for ours', () => {
    const settled = settleCopy(copyOf(), seen(meeting), made(), asIs, 0, { conditional: true, idsReusable: true });
    expect(settled.done).toEqual([]);
  });
  it('of a series without the changed date that an earlier try had is not a person’s undoing of that date', () => {
    const tries = [
      attemptOf('a1', weekly({ at: { '15': noon } }), { verb: 'create' }),
      attemptOf('a2', weekly(), { verb: 'create' }),
    ];
    const { copy } = settleCopy(copyOf({ base: null, state: 'wanted' }), seen(weekly()), tries, asIs, 0);
    expect(copy.base).toMatchObject({ sent: weekly(), seen: weekly() });
  });
  it('beside a duplicate that took its place is swept, and not left there as if a person had made it', () => {
    const copies = new Map([[event, copyOf({ remoteId: 'dup' as RemoteId })]]);
    const keys = keysOf(production, calendar, [event], copies);
    const living = new Set(['dup' as RemoteId, item]);
    const judged = (isSecond: boolean) => judgeStrays([seen(meeting)], keys, copies, living, () => isSecond);
    expect(judged(true)).toMatchObject([{ do: 'remove' }]);
    expect(judged(false)).toMatchObject([{ do: 'unmark' }]);
  });
});

describe('a removal without an answer', () => {
  it('that had its effect is ours: nobody deleted the item', () => {
    const open = [attemptOf('a1', {}, { verb: 'remove' })];
    expect(settleRemoval(copyOf(), open, 0)).toMatchObject({ done: ['a1'], copy: { state: 'removed', base: null } });
    expect(settleRemoval(copyOf(), [], 0)).toMatchObject({ done: [], copy: { state: 'placed' } });
    expect(settleRemoval(copyOf(), [attemptOf('a2', {})], attemptLifeMs + 1).expired).toEqual(['a2']);
  });
});

describe('the brakes', () => {
  const remove = { do: 'remove', remoteId: item, tag: null, why: 'cancelled' } as const;
  const plans = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ event: `E${n}` as EventId, plan: { steps: [remove], meetings: [] } }));
  const input = { placed: 20, vanished: 0, newerMarker: false, released: false };
  it('count leftovers that are swept', () => {
    expect(applyBrakes({ ...input, plans: [], leftovers: 6 })).toMatchObject({ sweeps: false });
    expect(applyBrakes({ ...input, plans: [], leftovers: 5 })).toMatchObject({ sweeps: true, brake: null });
  });
  it('count what the same run took away before', () => {
    expect(applyBrakes({ ...input, plans: plans(3), removed: 3 }).brake).toMatchObject({ reason: 'many-removed' });
  });
});

describe('a date of a series that a person moves where titles are cut', () => {
  const cut = (text: string) => text.slice(0, 6);
  it('is taken with the title of the schedule, not with what is left of it', () => {
    const wanted = weekly();
    const face = { ...occurrenceFace(noon), title: cut(meeting.title) };
    const series = { ...seriesOf(), overrides: [{ occurrence: on('15'), face }] };
    const shown = { ...wanted, title: cut(meeting.title) };
    const plan = planCopy({
      wanted,
      observed: seen({ ...shown, series }),
      copy: copyOf({ base: baseOf(wanted, { seen: shown }) }),
      pending: [],
      tried: [],
      canon: fields => (fields.title === undefined ? fields : { ...fields, title: cut(fields.title) }),
      rules: rules('accept'),
      wantedHash: '',
    });
    const taken = { series: { overrides: [{ face: { title: meeting.title, when: noon } }] } };
    expect(plan.steps).toMatchObject([{ do: 'import', fields: taken }]);
  });
});

describe('a date that a person moved while it bore the title of a write without an answer', () => {
  it('is taken as of the series, though the series has another title there by now', () => {
    const wanted = { ...weekly(), title: 'Third title' };
    const face = { ...occurrenceFace(noon), title: 'Second' };
    const series = { ...seriesOf(), overrides: [{ occurrence: on('15'), face }] };
    const plan = planCopy({
      wanted,
      observed: seen({ ...wanted, title: 'Their own', series }),
      copy: copyOf({ base: baseOf(weekly()) }),
      pending: [],
      tried: [{ title: 'Second title' }],
      canon: fields => (fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 6) }),
      rules: rules('accept'),
      wantedHash: '',
    });
    const taken = { series: { overrides: [{ face: { title: 'Third title', when: noon } }] } };
    expect(plan.steps.find(step => step.do === 'import')).toMatchObject({ fields: taken });
  });
});

describe('a date that a person moved, and that waits for a decision', () => {
  const plan = (title: string) => {
    const series = { ...seriesOf(), overrides: [{ occurrence: on('15'), face: { ...occurrenceFace(noon), title } }] };
    return planCopy({
      wanted: { ...weekly(), title: renamed.title },
      observed: seen({ ...weekly(), series }),
      copy: copyOf({ base: baseOf(weekly()) }),
      ...none,
      pending: [],
      tried: [],
      rules: rules('propose'),
      wantedHash: '',
    }).steps;
  };
  const written = (title: string) => ({
    do: 'update',
    units: ['title'],
    fields: { title: renamed.title, series: { overrides: [{ face: { title, when: noon } }] } },
  });
  it('is renamed with its series, or its old title would later pass for that person’s own', () => {
    expect(plan(meeting.title)).toMatchObject([written(renamed.title)]);
  });
  it('keeps a title that the person gave it', () => {
    expect(plan('My own')).toMatchObject([{ do: 'update', fields: { title: renamed.title } }]);
    expect(plan('My own')[0]).not.toHaveProperty('fields.series');
  });
});

describe('an office', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice(['C02', 'C03']);
  });
  afterEach(async () => {
    await office[Symbol.asyncDispose]();
  });
  const retitle = (from: string, to: string) =>
    office.edit('C02', from, text => text.replace(`SUMMARY:${from}`, `SUMMARY:${to}`));
  const decide = async (choice: 'canonical' | 'suggestion:1') => {
    const [finding] = await office.findings('open');
    if (!finding) throw new Error('no card is open');
    await resolveFinding(office.store, { id: finding.id, choice, by: 'Bethan', now: office.clock, held: [] });
  };
  const all: Invitee[] = [{ kind: 'group', ref: 'all' as GroupId }];

  it('that turns a proposal down does not turn down what was typed since and nobody has read', async () => {
    await office.save('E001');
    await office.sync('C02');
    retitle('Meeting E001', 'First');
    await office.sync('C02');
    retitle('First', 'Second');
    await decide('canonical');
    expect(await office.sync('C02')).toMatchObject({ updated: 0, conflicts: 1 });
    const [card] = await office.findings('open');
    expect(card?.met).toMatchObject([{ theirs: 'Second' }]);
  });

  it('whose event found its place taken gets it once what stood there is gone', async () => {
    const { uid } = await office.save('E001');
    const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', 'BEGIN:VEVENT', `UID:${uid}`];
    const times = [
      'DTSTAMP:20270101T000000Z',
      'DTSTART:20270301T100000Z',
      'DTEND:20270301T110000Z',
      'SUMMARY:In the way',
    ];
    office.add('C02', 'other.ics', [...lines, ...times, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'));
    expect(await office.sync('C02')).toMatchObject({ created: 0 });
    office.drop('C02', 'In the way');
    expect(await office.sync('C02')).toMatchObject({ created: 1 });
  });

  it('whose calendar another worker halted while this one waited for it writes nothing there', async () => {
    await office.save('E001');
    const { store } = office;
    const write: Store['write'] = async work => {
      await store.write(r => r.calendars.patch(calendarOf('C02'), { state: 'halted', problem: 'emptied' }));
      return await store.write(work);
    };
    const waiting: Store = {
      dialect: store.dialect,
      read: work => store.read(work),
      write,
      backup: file => store.backup(file),
      restore: file => store.restore(file),
      [Symbol.asyncDispose]: async () => {},
    };
    const parts = { ...office.parts, store: waiting };
    const run = await reconcile(parts, calendarOf('C02'), new AbortController().signal);
    expect(run).toMatchObject({ state: 'halted', problem: 'emptied' });
    expect(office.items('C02')).toEqual([]);
  });

  it('whose series lost its mark does not take its dates for the person’s own time on the next day', async () => {
    await office.save('E001', { rrule: 'FREQ=WEEKLY;COUNT=6' });
    await office.sync('C02');
    const calendar = calendarOf('C02');
    await office.store.write(async r => {
      const sights = (await r.copies.sights(calendar)).map(({ observed }) => observed);
      const stripped = sights.map(item => (item.kind === 'present' ? { ...item, marker: null, uid: null } : item));
      await r.copies.putSights(calendar, stripped, [], null, office.clock);
    });
    office.clock += 24 * 60 * 60_000;
    await office.sync('C02');
    const ever = { from: 0, to: Number.MAX_SAFE_INTEGER };
    expect(await office.store.read(r => r.copies.busy(tide, ever))).toEqual([]);
  });

  it('that turns down one date of a series does not turn down another one taken out since', async () => {
    Object.assign(office.parts.settings, { rights: { default: { default: 'propose' } } });
    await office.save('E001', { rrule: 'FREQ=WEEKLY;COUNT=6' });
    await office.sync('C02');
    const leaveOut = (day: string) =>
      office.edit('C02', 'E001', text =>
        text.replace('RRULE:FREQ=WEEKLY', `EXDATE;TZID=Europe/London:202703${day}T100000\r\n$&`),
      );
    leaveOut('15');
    await office.sync('C02');
    leaveOut('22');
    // Observed by a run that dies before it makes anything of it.
    const { bias } = office.parts.runtime;
    const die = (point: string) => {
      if (point === 'before-local') throw new Error('killed');
    };
    Object.assign(office.parts.runtime, { bias: die });
    await office.sync('C02');
    Object.assign(office.parts.runtime, { bias });
    await decide('canonical');
    expect(await office.sync('C02')).toMatchObject({ updated: 1, conflicts: 1 });
    const [card] = await office.findings('open');
    expect(card?.met).toMatchObject([{ occurrence: '2027-03-22T10:00:00', theirs: 'off' }]);
    expect(office.items('C02')[0]).not.toContain('20270315');
    expect(office.items('C02')[0]).toContain('20270322');
  });

  it('cannot take one person out of a group for a P3 event: the others would see it by being named', async () => {
    await office.save('E001', { required: all, tier: 'P3', safeTitle: 'Held' });
    await office.sync('C02');
    office.drop('C02', 'Held');
    await office.sync('C02');
    await expect(decide('suggestion:1')).rejects.toBeInstanceOf(ResolveError);
  });

  it('does not lose the title of an event to somebody who is not shown it', async () => {
    Object.assign(office.parts.settings, { rights: { default: { default: 'accept' } } });
    await office.save('E001', { required: all, tier: 'P3', safeTitle: 'Held' });
    await office.sync();
    retitle('Held', 'Mine');
    expect(await office.sync('C02')).toMatchObject({ inbound: 0, conflicts: 1 });
  });

  it('sees a copy that was written too often say so, rest, and go on when the hour is over', async () => {
    for (let n = 0; n < 12; n += 1) {
      await office.save('E001', { title: `Take ${n}`, required: named('C02') });
      await office.sync('C02');
    }
    expect(office.items('C02')[0]).toContain('SUMMARY:Take 9');
    expect((await office.findings('open')).map(one => one.key)).toEqual(['churn/C02-caldav/E001']);
    office.clock += 61 * 60_000;
    expect(await office.sync('C02')).toMatchObject({ updated: 1 });
    expect(office.items('C02')[0]).toContain('SUMMARY:Take 11');
    expect(await office.findings('open')).toEqual([]);
  });
});
