/** The main job on PostgreSQL, and the way from there to SQLite. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CaldavSandbox, startCaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import type { SyncReport } from '../../src/sync/sync-once.ts';
import { describeWith } from '../real/peer.ts';
import { type RealPostgres, startPostgres } from '../real/postgres.ts';
import { openWorkplace, tidewrack, type Workplace } from './command.ts';

type Status = Readonly<{ store: string; counts: Record<string, number>; calendarStates: Record<string, number> }>;

describeWith(['initdb', 'postgres'], 'TIDEWRACK on PostgreSQL', () => {
  let postgres: RealPostgres;
  let sandbox: CaldavSandbox;
  let place: Workplace;
  const people = ['C02', 'C06'];

  const configure = (store: string) =>
    place.configure(
      [
        'production: { id: tidewrack, name: TIDEWRACK, timezone: Europe/London }',
        `store: "${store}"`,
        'calendars:',
        ...people.map(id => {
          const { path } = sandbox.calendar('unit', id);
          return `  - { person: ${id}, provider: caldav, url: "${sandbox.url}${path}", username: unit, password: secret }`;
        }),
      ].join('\n'),
    );
  const schedule = async () => {
    const { production: _, ...rest } = JSON.parse((await place.callboard('export', '--format', 'json')).out);
    return rest as Record<string, unknown>;
  };

  beforeAll(async () => {
    postgres = await startPostgres();
    sandbox = await startCaldavSandbox({
      runtime: { sleep: async () => {} },
      users: [{ name: 'unit', password: 'secret' }],
    });
    for (const id of people) sandbox.addCalendar('unit', id);
    place = await openWorkplace();
    await configure(await postgres.create('tidewrack'));
  });
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]();
    await sandbox?.stop();
    await postgres?.stop();
  });

  it('the schedule is imported, two calendars are filled, and a second pass is at rest', async () => {
    expect(await place.json([0], 'import', tidewrack)).toMatchObject({ added: 604, rejected: [] });
    const items = () => people.flatMap(id => sandbox.calendar('unit', id).state.items());
    const first = await place.json<SyncReport>([0], 'sync', '--once');
    expect(first).toMatchObject({ calendars: 2, created: items().length, failed: [] });
    expect(first.created).toBeGreaterThan(30);
    const still = { created: 0, updated: 0, deleted: 0, requests: 2, failed: [] };
    expect(await place.json<SyncReport>([0], 'sync', '--once')).toMatchObject(still);
    const status = await place.json<Status>([0], 'status');
    expect(status).toMatchObject({ store: 'postgres', calendarStates: { ok: 2 }, counts: { copies: first.created } });
  });

  it('its backup is restored into SQLite: the same schedule, and nothing to write anywhere', async () => {
    const before = { schedule: await schedule(), counts: (await place.json<Status>([0], 'status')).counts };
    expect((await place.callboard('backup', 'day.gz')).code).toBe(0);
    await configure('sqlite:c.db');
    expect(await place.json([0], 'restore', 'day.gz')).toEqual({ file: 'day.gz' });
    expect(await schedule()).toEqual(before.schedule);
    expect(await place.json<Status>([0], 'status')).toMatchObject({ store: 'sqlite', counts: before.counts });
    expect(await place.json<SyncReport>([0], 'sync', '--once')).toMatchObject({ created: 0, updated: 0, deleted: 0 });
  });

  it('a wrong password is said in one line, without it', async () => {
    await configure(postgres.url('tidewrack').replace('callboard:callboard@', 'callboard:guess@'));
    const { code, out, err } = await place.callboard('status');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^callboard: [^\n]*PostgreSQL[^\n]*\n$/);
    expect(err).not.toContain('guess');
  });
});
