/** Both providers' sandboxes, and the lines of a configuration that names them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GoogleSandbox, startGoogleSandbox } from '../../connectors/sandbox/google-server.ts';
import type { MicrosoftSandbox } from '../../connectors/sandbox/microsoft-server.ts';
import { openApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Watching } from '../../src/model/calendar.ts';
import { brandId, type Instant } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createSecretKey } from '../../src/runtime/secret-box.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { anna, registration, startSandbox } from '../contract/microsoft-bench.ts';
import type { Desk } from './desk.ts';

export const beth = 'c01@tide.test';
export const elsewhere = 'her@example.com';
export { anna };

export const secretsKey = `secretsKey: "${createSecretKey()}"`;
export const publicUrl = 'server: { port: 0, publicUrl: "https://office.test" }';

export interface Providers extends AsyncDisposable {
  readonly google: GoogleSandbox;
  readonly outlook: MicrosoftSandbox;
  /** What `connectors.google` holds beside a key: where Google is, and the OAuth client. */
  readonly googleRoots: string;
  readonly oauth: string;
  /** What `connectors.microsoft` holds. */
  outlookSettings(changes?: Partial<Record<'tenantId' | 'clientId' | 'clientSecret', string>>): string;
  /** Writes the key of a service account that may act within these scopes, and names it. */
  keyFile(desk: Desk, scopes: readonly string[]): Promise<string>;
}

export async function startProviders(): Promise<Providers> {
  const runtime = systemRuntime(createLog('silent'));
  const google = await startGoogleSandbox({ runtime, users: [{ email: beth }, { email: elsewhere }] });
  const outlook = await startSandbox();
  const { apiRoot, authUrl, tokenUrl, client } = google;
  let accounts = 0;
  return {
    google,
    outlook,
    googleRoots: `apiRoot: "${apiRoot}", authUrl: "${authUrl}", tokenUrl: "${tokenUrl}"`,
    oauth: `oauth: { clientId: ${client.clientId}, clientSecret: ${client.clientSecret} }`,
    outlookSettings(changes = {}) {
      const { tenantId, clientId, clientSecret } = { ...registration, ...changes };
      const own = `tenantId: "${tenantId}", clientId: "${clientId}", clientSecret: "${clientSecret}"`;
      return `${own}, authority: "${outlook.url}", graphRoot: "${outlook.graphRoot}"`;
    },
    async keyFile(desk, scopes) {
      accounts += 1;
      const file = join(desk.folder, `google-${accounts}.json`);
      await writeFile(file, JSON.stringify(google.addServiceAccount(`account-${accounts}`, scopes)));
      return `serviceAccountKeyFile: "${file}"`;
    },
    async [Symbol.asyncDispose]() {
      await google.stop();
      await outlook.stop();
    },
  };
}

/** The parts behind a desk's command line, to put into its store what no command puts there. */
export async function openBehind(desk: Desk) {
  const config = await loadConfig({ file: join(desk.folder, 'callboard.yaml'), env: {}, cwd: desk.folder });
  return await openApp(config, desk.runtime);
}

/** A subscription of C01's Google calendar, asked for at `now` and good for an hour. */
export function liveWatching(id: string, now: Instant, change: Partial<Watching>): Watching {
  const times = { askedAt: now, expiresAt: now + 3_600_000, noticedAt: null };
  const rest = { tokenHash: '', resource: null, missed: 0, problem: null };
  return { id, calendar: brandId('C01-google'), state: 'live', ...times, ...rest, ...change };
}
