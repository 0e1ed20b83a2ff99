/** A small production in memory, and the web side in front of it. */
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { HttpOptions } from '../../src/http/options.ts';
import { startHttp } from '../../src/http/server.ts';
import type { EventContent, ScheduledEvent } from '../../src/model/event.ts';
import type { EventId } from '../../src/model/ids.ts';
import type { LocalDate, LocalDateTime, When } from '../../src/model/when.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { openStore } from '../../src/store/open.ts';
import type { Repositories, Store } from '../../src/store/store.ts';
import { content, event, group, person, production, venue, versionOf, zone } from '../store/samples.ts';

/** Monday 15 March 2027, 09:00 in London. */
export const now = Date.parse('2027-03-15T09:00:00Z');

export function timed(day: string, start: string, end: string, endDay = day): When {
  return {
    kind: 'timed',
    start: `${day}T${start}:00` as LocalDateTime,
    end: `${endDay}T${end}:00` as LocalDateTime,
    zone,
  };
}

export function days(start: string, end: string): When {
  return { kind: 'all-day', start: start as LocalDate, end: end as LocalDate, zone };
}

/** An event as it stands published at version 1. */
export function published(id: string, change: Partial<EventContent> = {}): ScheduledEvent {
  const whole = { ...content(`Event ${id}`), ...change };
  return { ...event(id), content: whole, published: { version: 1, content: whole }, updatedAt: now };
}

export async function putEvents(r: Repositories, ...events: readonly ScheduledEvent[]): Promise<void> {
  for (const one of events) await r.schedule.putEvent(one, versionOf(one), null);
}

/** The stored event at its next version, published unless `isHeld`. */
export async function edit(
  r: Repositories,
  id: EventId,
  change: Partial<EventContent>,
  by: string,
  isHeld = false,
): Promise<void> {
  const stored = await r.schedule.event(production, id);
  if (!stored) throw new Error(`no event ${id}`);
  const version = stored.version + 1;
  const whole = { ...stored.content, ...change };
  const next: ScheduledEvent = {
    ...stored,
    version,
    content: whole,
    published: isHeld ? stored.published : { version, content: whole },
    updatedAt: now,
    updatedBy: by,
  };
  await r.schedule.putEvent(next, { ...versionOf(next), source: 'web' }, stored.version);
}

/** The production with people C06 and C07, group CREW (both) and venue V01. */
export async function openWorld(): Promise<Store> {
  const store = await openStore('sqlite::memory:');
  await store.write(async r => {
    await r.schedule.ensureProduction({ id: production, name: 'Tidewrack', zone });
    for (const id of ['C06', 'C07']) await r.schedule.putPerson(person(id), null);
    const crew = group('CREW');
    await r.schedule.putGroup({ ...crew, members: [person('C06').id, person('C07').id] }, null);
    await r.schedule.putVenue(venue('V01'), null);
  });
  return store;
}

export type Answer = Readonly<{ status: number; headers: Readonly<Record<string, string>>; text: string }>;
export type Asking = Readonly<{ method?: string; headers?: Readonly<Record<string, string>>; body?: string }>;

export interface Web extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly logged: readonly string[];
  ask(path: string, asking?: Asking): Promise<Answer>;
  close(): Promise<void>;
}

/** Serves `store` on a free port; everything the server logs is kept. */
export async function serve(store: Store, change: Partial<HttpOptions> = {}): Promise<Web> {
  const logged: string[] = [];
  const sink = new Writable({ write: (line, _encoding, done) => done(void logged.push(String(line))) });
  const log = pino({ level: 'debug' }, sink);
  const runtime: Runtime = { ...systemRuntime(log), now: () => now };
  const options = {
    host: '127.0.0.1',
    port: 0,
    store,
    runtime,
    version: '1.2.3',
    startedAt: now,
    isReady: () => true,
    log,
  };
  const http = await startHttp({ ...options, ...change });
  return {
    ...http,
    logged,
    ask: (path, asking = {}) => ask(http.url, path, asking),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Not `fetch`: it lets nobody choose the Host header. */
function ask(url: string, path: string, { method = 'GET', headers = {}, body = '' }: Asking): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request(url + path, { method, headers: { connection: 'close', ...headers } }, response => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
        text: Buffer.concat(chunks).toString('utf8'),
      }),
    );
  });
  asked.on('error', reject);
  asked.end(body);
  return promise;
}
