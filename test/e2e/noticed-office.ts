/** The whole daemon and one person's calendar at a provider that tells it of changes. It polls once an hour only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendarScope } from '../../connectors/google/limits.ts';
import { startGoogleSandbox } from '../../connectors/sandbox/google-server.ts';
import { startMicrosoftSandbox } from '../../connectors/sandbox/microsoft-server.ts';
import { type App, openApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { brandId, type EventId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createSecretKey } from '../../src/runtime/secret-box.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import { blankContent, blankPerson } from '../blank.ts';
import { registration } from '../contract/microsoft-bench.ts';
import { freePort } from '../real/free-port.ts';
import { london, named, timed } from '../sync/office.ts';

export const tide = brandId<ProductionId>('tide');
const mailbox = 'c02@tide.test';
const event = brandId<EventId>('E001');

/** The provider's side. */
type Provider = Readonly<{
  connectors: object;
  /** The title of our event there; null: it is not there. */
  title(): string | null;
  /** Its owner retitles it; says so unless `silently`. */
  retitle(title: string, silently?: boolean): Promise<void>;
  /** One notice as the provider sends it, with another secret if given. */
  notify(url: string, token?: string): Promise<number>;
  subscriptions(): number;
  stop(): Promise<void>;
}>;

export interface NoticedOffice extends AsyncDisposable {
  readonly provider: Provider;
  readonly app: App;
  readonly webhook: string;
  /** Lines of requests that the provider answered since it was last asked, subscriptions left out. */
  requests(): string[];
  /** How far its clock is ahead. */
  aheadMs: number;
  start(interval?: string): Promise<void>;
  stop(): Promise<void>;
  save(title: string): Promise<void>;
}

export const providersWithNotices = ['google', 'microsoft'] as const;

export async function openNoticedOffice(name: (typeof providersWithNotices)[number]): Promise<NoticedOffice> {
  const folder = await mkdtemp(join(tmpdir(), 'callboard-notices-'));
  const lines: string[] = [];
  const system = systemRuntime(createLog('silent'));
  let daemon: Daemon | null = null;
  let app: App | null = null;
  const port = await freePort();
  const secretsKey = createSecretKey();
  const clock = { aheadMs: 0 };
  const runtime: Runtime = { ...system, now: () => system.now() + clock.aheadMs };
  const see = (method: string, path: string) => {
    if (!/watch|channels|subscriptions|token/.test(path.split('?')[0] ?? '')) lines.push(`${method} ${path}`);
  };
  const provider = await (name === 'google' ? google(runtime, folder, see) : microsoft(runtime, see));
  const opened = () => {
    if (app === null) throw new Error('not started');
    return app;
  };
  return {
    provider,
    get aheadMs() {
      return clock.aheadMs;
    },
    set aheadMs(ms) {
      clock.aheadMs = ms;
    },
    webhook: `http://127.0.0.1:${port}/api/v1/webhooks/${name}`,
    get app() {
      return opened();
    },
    requests: () => lines.splice(0),
    async start(interval = '1h') {
      const config = {
        production: { id: 'tide', name: 'TIDE', timezone: 'Europe/London' },
        store: `sqlite:${join(folder, 'c.db')}`,
        server: { port, publicUrl: `http://127.0.0.1:${port}` },
        secretsKey,
        sync: { interval },
        mail: { transport: `file:${join(folder, 'outbox')}` },
        connectors: provider.connectors,
      };
      const file = join(folder, 'callboard.yaml');
      await writeFile(file, JSON.stringify(config));
      app = await openApp(await loadConfig({ file, env: {}, cwd: folder }), runtime);
      await app.store.write(async r => {
        const who = { id: brandId<PersonId>('C02'), name: 'Idris', email: mailbox, timezone: london };
        const { people } = await r.schedule.snapshot(tide);
        if (people.size === 0) await r.schedule.putPerson({ ...blankPerson, production: tide, ...who }, null);
      });
      daemon = await startDaemon(app, { version: 'test' });
    },
    async stop() {
      await daemon?.[Symbol.asyncDispose]();
      await app?.[Symbol.asyncDispose]();
      [daemon, app] = [null, null];
    },
    async save(title: string) {
      await opened().store.write(async r => {
        const current = await r.schedule.event(tide, event);
        const day = Temporal.Now.plainDateISO().add({ days: 20 }).toString();
        const when = timed(`${day}T10:00`, `${day}T11:00`);
        const content = { ...blankContent, title, when, required: named('C02') };
        const how = { by: 'Bethan', source: 'web', now: runtime.now(), held: [] } as const;
        await saveEvent(r, { production: tide, id: event, expected: current?.version ?? null, content, ...how });
      });
    },
    async [Symbol.asyncDispose]() {
      await daemon?.[Symbol.asyncDispose]();
      await app?.[Symbol.asyncDispose]();
      await provider.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function google(
  runtime: Runtime,
  folder: string,
  see: (method: string, path: string) => void,
): Promise<Provider> {
  const sandbox = await startGoogleSandbox({
    runtime,
    users: [{ email: mailbox }],
    onRequest: ({ method, path }) => see(method, path),
  });
  const serviceAccountKeyFile = join(folder, 'key.json');
  await writeFile(serviceAccountKeyFile, JSON.stringify(sandbox.addServiceAccount('callboard', [calendarScope])));
  const { apiRoot, authUrl, tokenUrl, push } = sandbox;
  const hand = sandbox.hand(mailbox);
  const own = () => hand.events().find(one => one.status !== 'cancelled');
  return {
    connectors: { google: { domains: ['tide.test'], serviceAccountKeyFile, apiRoot, authUrl, tokenUrl } },
    title: () => own()?.summary ?? null,
    async retitle(title, silently = false) {
      if (silently) push.mishaps.push(...push.channels().map(() => 'drop' as const));
      hand.edit(own()?.id ?? '', { summary: title });
    },
    async notify(url, token) {
      const [channel] = push.channels();
      const headers = {
        'x-goog-channel-id': channel?.id ?? '',
        'x-goog-resource-id': channel?.resourceId ?? '',
        'x-goog-resource-state': 'exists',
        'x-goog-message-number': '7',
        'x-goog-channel-token': token ?? channel?.token ?? '',
      };
      return (await fetch(url, { method: 'POST', headers })).status;
    },
    subscriptions: () => push.channels().length,
    stop: () => sandbox.stop(),
  };
}

async function microsoft(runtime: Runtime, see: (method: string, path: string) => void): Promise<Provider> {
  const sandbox = await startMicrosoftSandbox({
    runtime,
    registration,
    users: [{ address: mailbox, name: 'Idris' }],
    onRequest: ({ method, path }) => see(method, path),
  });
  const { url, graphRoot, subscriptions } = sandbox;
  const { tenantId, clientId, clientSecret } = registration;
  const hand = sandbox.hand(mailbox);
  return {
    connectors: {
      microsoft: { domains: ['tide.test'], tenantId, clientId, clientSecret, authority: url, graphRoot },
    },
    title: () => hand.all()[0]?.event.fields.subject ?? null,
    async retitle(title, silently = false) {
      hand.edit(hand.all()[0]?.id ?? '', { subject: title });
      if (!silently) await subscriptions.announce(mailbox, runtime.now());
    },
    async notify(webhook, token) {
      const [subscription] = subscriptions.list();
      const notice = {
        subscriptionId: subscription?.id,
        clientState: token ?? subscription?.clientState,
        changeType: 'updated',
        resource: subscription?.resource,
        subscriptionExpirationDateTime: subscription?.expirationDateTime,
        tenantId,
        resourceData: { id: 'x' },
      };
      const body = JSON.stringify({ value: [notice] });
      return (await fetch(webhook, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
    },
    subscriptions: () => subscriptions.list().length,
    stop: () => sandbox.stop(),
  };
}
