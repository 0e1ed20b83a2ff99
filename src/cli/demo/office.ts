/**
 * The demo's world: TIDEWRACK in a store of its own in a temporary folder, an Outlook, a Google, a CalDAV server and a
 * mailbox on this machine, and the real daemon between them. Disposing of it leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMailbox, type SandboxMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { type App, openApp } from '../../app.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../daemon.ts';
import { MailError } from '../../mail/mail-error.ts';
import { markFirstImport } from '../../mail/outbox.ts';
import { brandId, type PersonId, type ProductionId } from '../../model/ids.ts';
import { instantOf, type LocalDateTime, type ZoneName } from '../../model/when.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { createSecretKey } from '../../runtime/secret-box.ts';
import { shiftedClock } from '../../runtime/shifted-clock.ts';
import { importSchedule } from '../../schedule/import.ts';
import { readSource } from '../../schedule/read.ts';
import { version } from '../../version.ts';
import type { Diary } from './diary.ts';
import { linkEverybody } from './links.ts';
import { connectorsAt, type Providers, startProviders } from './providers.ts';

export const london = brandId<ZoneName>('Europe/London');
/** When the demo plays: a working morning of preparation, before every event that the tour touches. */
const opening = instantOf(brandId<LocalDateTime>('2027-03-02T09:00:00'), london);

const fixture = fileURLToPath(new URL('../../../fixtures/tidewrack', import.meta.url));
const configFile = fileURLToPath(new URL('../../../config/demo.yaml', import.meta.url));

export interface DemoOffice extends AsyncDisposable {
  readonly app: App;
  readonly daemon: Daemon;
  readonly providers: Providers;
  readonly mailbox: SandboxMailbox;
  readonly production: ProductionId;
  /** Who has a calendar, and that calendar. */
  readonly diaries: ReadonlyMap<PersonId, Diary>;
  /** The store's folder. */
  readonly folder: string;
  /** Aborted when the demo is to end. */
  readonly signal: AbortSignal;
}

export type DemoOptions = Readonly<{
  port: number;
  runtime: Runtime;
  signal: AbortSignal;
  /** Buttons and pages, made once there is an office for them to work with. */
  web(office: () => DemoOffice): Pick<DaemonOptions, 'actions' | 'pages'>;
}>;

/** Opens everything. A port that is taken is replaced by a free one: see `daemon.url`. */
export async function openDemo(options: DemoOptions): Promise<DemoOffice> {
  const { signal } = options;
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callboard-demo-'));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const runtime = shiftedClock(options.runtime, opening);
  const config = await configOf(folder, options.port);
  const providers = parts.use(await startProviders(runtime, config.connectors));
  const mailbox = openMailbox(fault => new MailError(fault, 'the sandbox mailbox was told to do this'));
  const connectors = connectorsAt(providers, config.connectors);
  const app = parts.use(await openApp({ ...config, connectors }, runtime));
  const [production] = app.config.productions;
  if (production === undefined) throw new Error('config/demo.yaml names no production');
  await fill(app, production.id);
  const diaries = await linkEverybody({ app, production: production.id, providers, signal });
  let office: DemoOffice | null = null;
  const web = options.web(() => {
    if (office === null) throw new Error('the demo is still being set up');
    return office;
  });
  const daemon = parts.use(await startOnFreePort(app, { version, transport: mailbox, ...web }));
  const held = parts.move();
  const dispose = { [Symbol.asyncDispose]: () => held.disposeAsync() };
  office = { app, daemon, providers, mailbox, production: production.id, diaries, folder, signal, ...dispose };
  return office;
}

async function configOf(folder: string, port: number): Promise<Config> {
  const config = await loadConfig({ file: configFile, env: {}, cwd: folder });
  const server = { host: '127.0.0.1', port, publicUrl: `http://127.0.0.1:${port}` };
  return { ...config, server, store: `sqlite:${join(folder, 'callboard.db')}`, secretsKey: createSecretKey() };
}

/** The sheets into the schedule. */
async function fill({ store, runtime, config }: App, production: ProductionId): Promise<void> {
  const source = await readSource([fixture], london);
  await store.write(r => markFirstImport(r, production));
  const common = { dryRun: false, prune: false, by: 'first import', now: runtime.now(), held: config.publishing.held };
  await importSchedule(store, { production, source, ...common });
}

async function startOnFreePort(app: App, options: DaemonOptions): Promise<Daemon> {
  try {
    return await startDaemon(app, options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const server = { ...app.config.server, port: 0 };
    return await startDaemon({ ...app, config: { ...app.config, server } }, options);
  }
}
