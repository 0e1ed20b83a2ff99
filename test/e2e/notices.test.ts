/** The whole daemon with Google calendars that tell it of changes: it polls once an hour, so what is quick is a notice. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { calendarScope } from '../../connectors/google/limits.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../connectors/sandbox/google-server.ts';
import { type App, openApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { brandId, type EventId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createSecretKey } from '../../src/runtime/secret-box.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import { blankContent, blankPerson } from '../blank.ts';
import { london, named, timed } from '../sync/office.ts';

const tide = brandId<ProductionId>('tide');
const mailbox = 'c02@tide.test';
const runtime = systemRuntime(createLog('silent'));
let folder = '';
let google: GoogleSandbox;
let app: App;
let daemon: Daemon;
let requests: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callboard-notices-'));
  requests = [];
  google = await startGoogleSandbox({
    runtime,
    users: [{ email: mailbox }],
    onRequest: ({ method, path }) => void requests.push(`${method} ${path}`),
  });
  const key = join(folder, 'key.json');
  await writeFile(key, JSON.stringify(google.addServiceAccount('callboard', [calendarScope])));
  const port = await freePort();
  const { apiRoot, authUrl, tokenUrl } = google;
  const settings = { domains: ['tide.test'], serviceAccountKeyFile: key, apiRoot, authUrl, tokenUrl };
  const config = {
    production: { id: 'tide', name: 'TIDE', timezone: 'Europe/London' },
    store: `sqlite:${join(folder, 'c.db')}`,
    server: { port, publicUrl: `http://127.0.0.1:${port}` },
    secretsKey: createSecretKey(),
    sync: { interval: '1h' },
    mail: { transport: `file:${join(folder, 'outbox')}` },
    connectors: { google: settings },
  };
  const file = join(folder, 'callboard.yaml');
  await writeFile(file, JSON.stringify(config));
  app = await openApp(await loadConfig({ file, env: {}, cwd: folder }), runtime);
  await app.store.write(async r => {
    const who = { id: brandId<PersonId>('C02'), name: 'Idris', email: mailbox, timezone: london };
    await r.schedule.putPerson({ ...blankPerson, production: tide, ...who }, null);
  });
  daemon = await startDaemon(app, { version: 'test' });
});
afterEach(async () => {
  await daemon[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await google.stop();
  await rm(folder, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return promise;
}

const save = (title: string) =>
  app.store.write(async r => {
    const id = brandId<EventId>('E001');
    const current = await r.schedule.event(tide, id);
    const day = Temporal.Now.plainDateISO().add({ days: 20 }).toString();
    const when = timed(`${day}T10:00`, `${day}T11:00`);
    const content = { ...blankContent, title, when, required: named('C02') };
    const how = { by: 'Bethan', source: 'web', now: runtime.now(), held: [] } as const;
    await saveEvent(r, { production: tide, id, expected: current?.version ?? null, content, ...how });
  });
const live = async () => (await app.store.read(r => r.watches.all())).filter(one => one.state === 'live');
const soon = { timeout: 20_000, interval: 50 };

describe('a calendar that tells of its changes', () => {
  it('S70 is linked by its domain, filled, edited by its owner, and our own writes come to nothing', {
    timeout: 60_000,
  }, async () => {
    await save('Script conference');
    const title = () => google.hand(mailbox).find('callboard').summary;
    await vi.waitFor(() => expect(title()).toBe('Script conference'), soon);
    await vi.waitFor(async () => expect(await live()).toMatchObject([{ noticedAt: expect.any(Number) }]), soon);
    // The notice of our own write: a look that writes nothing and finds nothing.
    const writes = () =>
      requests.filter(line => /^(?:POST|PATCH|PUT|DELETE) \/calendar/.test(line) && !line.includes('watch'));
    const reads = () => requests.filter(line => line.startsWith('GET')).length;
    const [written, before] = [writes().length, reads()];
    await vi.waitFor(() => expect(reads()).toBeGreaterThan(before), soon);
    expect(writes()).toHaveLength(written);
    expect(await app.store.read(r => r.findings.list(tide))).toEqual([]);
    // The owner's own edit is seen within seconds, an hour before the next poll.
    google.hand(mailbox).edit(google.hand(mailbox).find('callboard').id ?? '', { summary: 'Script, at last' });
    const cards = () => app.store.read(r => r.findings.list(tide, 'open'));
    await vi.waitFor(async () => expect(await cards()).toMatchObject([{ kind: 'proposal' }]), soon);
  });
});
