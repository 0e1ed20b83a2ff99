/** The long-running part of callboard: keeps calendars in step, plans and sends mail, reads answers, answers on the web. */
import type { App } from './app.ts';
import type { HttpOptions, HttpServer } from './http/options.ts';
import { startHttp } from './http/server.ts';
import { localRunner } from './jobs/runner.ts';
import { inboxLoop } from './mail/inbox/loop.ts';
import { planMail } from './mail/outbox.ts';
import { tellReconnect } from './mail/reconnect.ts';
import { sendDue } from './mail/send.ts';
import type { MailTransport } from './mail/transports/transport.ts';
import type { ProductionId } from './model/ids.ts';
import { noticeDesk } from './sync/notices.ts';
import { reconcile } from './sync/reconcile.ts';

export type DaemonOptions = Readonly<{
  version: string;
  /** Buttons and pages of the demo. */
  actions?: HttpOptions['actions'];
  pages?: HttpOptions['pages'];
  /** Replaces the configured mail transport. */
  transport?: MailTransport;
}>;

export interface Daemon extends AsyncDisposable {
  readonly url: string;
  /** Look for work now: something was edited. */
  wake(): void;
}

/** How often due work is looked for. Wakes come by the store, so a web page and a command line need no channel. */
const lookMs = 1_000;
/** Quiet periods and quiet hours end without an edit. */
const mailLookMs = 15_000;

/** Starts everything; disposing of the daemon lets what runs end first. Throws when the port is taken. */
export async function startDaemon(app: App, options: DaemonOptions): Promise<Daemon> {
  const { runtime, store, config } = app;
  const transport = options.transport ?? app.openTransport();
  const inbox = app.openInbox();
  const runner = localRunner({
    store,
    runtime,
    concurrency: config.sync.concurrency,
    pollMs: lookMs,
    run: async (id, signal) => ((await reconcile(app.sync, id, signal)).state === 'busy' ? 'busy' : 'done'),
  });
  const desk = noticeDesk({ store, runtime, wake: () => runner.wake() });
  const http: HttpServer = await startHttp({
    host: config.server.host,
    port: config.server.port,
    store,
    runtime,
    version: options.version,
    startedAt: runtime.now(),
    isReady: () => true,
    office: app.mail.office,
    consent: app.consent,
    webhooks: { desk, reader: app.readerOfNotices },
    log: runtime.log.child({ module: 'http' }),
    ...(options.actions ? { actions: options.actions } : {}),
    ...(options.pages ? { pages: options.pages } : {}),
  });
  await lookAtAll(app);
  const mail = mailLoop(app, transport);
  const answers = inbox && inboxLoop({ store, runtime, inbox }, config.mail.inboxIntervalMs);
  runner.start();
  runtime.log.info({ url: http.url }, 'callboard is running');
  return {
    url: http.url,
    wake: () => {
      runner.wake();
      mail.wake();
    },
    [Symbol.asyncDispose]: async () => {
      await http.close();
      desk.stop();
      await runner.stop();
      await answers?.stop();
      await mail.stop();
      await transport[Symbol.asyncDispose]();
    },
  };
}

/**
 * Whatever happened while the daemon was down is read now, whenever the next poll would have been. A start may also
 * bring a mended password: calendars that waited for one are tried once more.
 */
async function lookAtAll({ store }: App): Promise<void> {
  await store.write(async r => {
    const all = await r.calendars.all();
    for (const { link, state } of all) {
      if (state === 'needs-consent') await r.calendars.patch(link.id, { state: 'unread' });
    }
    await r.calendars.wake(all.map(row => row.link.id));
  });
}

/** Plans mail when the schedule has changed, sends what has become due. */
function mailLoop(app: App, transport: MailTransport) {
  const { runtime, store, mail: settings } = app;
  const stopping = new AbortController();
  const planned = new Map<ProductionId, number>();
  let nudge = new AbortController();
  let sentAt = Number.NEGATIVE_INFINITY;

  const plan = async (): Promise<boolean> => {
    let changed = false;
    for (const { id, revision } of await store.read(r => r.schedule.productions())) {
      if (planned.get(id) === revision) continue;
      if (await app.linkByDomain(id)) runtime.log.info({ production: id }, 'calendars were linked by domain');
      const counts = await planMail(store, runtime, id, settings);
      planned.set(id, revision);
      changed ||= counts.urgent > 0;
    }
    return changed;
  };
  const turn = async () => {
    const urgent = await plan();
    if (!urgent && runtime.now() - sentAt < mailLookMs) return;
    sentAt = runtime.now();
    const result = await sendDue(
      { store, transport, runtime, settings },
      { ignoreQuiet: false, signal: stopping.signal },
    );
    if (result.stoppedBy) runtime.log.warn({ problem: result.stoppedBy.message }, 'mail cannot be sent');
    await tellReconnect({ store, runtime, transport, settings, addressFor: app.addressFor });
  };
  const cycle = async () => {
    while (!stopping.signal.aborted) {
      nudge = new AbortController();
      await turn().catch((error: unknown) => runtime.log.error({ err: error }, 'mail failed by a defect'));
      if (!stopping.signal.aborted) await runtime.sleep(lookMs, nudge.signal);
    }
  };
  const loop = cycle();
  return {
    wake: () => nudge.abort(),
    stop: async () => {
      stopping.abort();
      nudge.abort();
      await loop;
    },
  };
}
