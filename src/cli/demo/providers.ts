/** The three sandboxes of the demo, each on a free port of this machine, and one record of what they are asked. */
import { type CaldavSandbox, startCaldavSandbox } from '../../../connectors/sandbox/caldav-server.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import { type MicrosoftSandbox, startMicrosoftSandbox } from '../../../connectors/sandbox/microsoft-server.ts';
import type { Config } from '../../config/schema.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Provider } from './diary.ts';
import { caldavRequest, googleRequest, microsoftRequest, type ProviderRequest } from './requests.ts';

/** As people call them. */
export const providerWords: Readonly<Record<Provider, string>> = {
  microsoft: 'Outlook',
  google: 'Google',
  caldav: 'CalDAV',
};

export interface Providers extends AsyncDisposable {
  readonly caldav: CaldavSandbox;
  readonly google: GoogleSandbox;
  readonly microsoft: MicrosoftSandbox;
  /** Every request to a calendar, oldest first; grows. */
  readonly requests: readonly ProviderRequest[];
  isDown(provider: Provider): boolean;
  /** While it is down, it answers nobody. */
  setDown(provider: Provider, down: boolean): void;
}

/** @param connectors how callboard is registered with them: config/demo.yaml */
export async function startProviders(runtime: Runtime, connectors: Config['connectors']): Promise<Providers> {
  await using parts = new AsyncDisposableStack();
  const requests: ProviderRequest[] = [];
  const note = (request: ProviderRequest | null) => {
    if (request !== null) requests.push(request);
  };
  const caldav = await startCaldavSandbox({ runtime, users: [], onRequest: one => note(caldavRequest(one)) });
  parts.defer(() => caldav.stop());
  const google = await startGoogleSandbox({ runtime, users: [], onRequest: one => note(googleRequest(one)) });
  parts.defer(() => google.stop());
  const { tenantId = '', clientId = '', clientSecret = null } = connectors.microsoft ?? {};
  const microsoft = await startMicrosoftSandbox({
    runtime,
    registration: { tenantId, clientId, clientSecret, certificate: null },
    users: [],
    onRequest: one => note(microsoftRequest(one)),
  });
  parts.defer(() => microsoft.stop());
  // As the real ones, they post their notices to HTTPS only, which the demo has not: so callboard looks by itself.
  google.push.httpsOnly = true;
  microsoft.subscriptions.httpsOnly = true;
  const switches = { caldav: caldav.switches, google: google.world.switches, microsoft: microsoft.world.switches };
  const held = parts.move();
  return {
    caldav,
    google,
    microsoft,
    requests,
    isDown: provider => switches[provider].down,
    setDown: (provider, down) => {
      switches[provider].down = down;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** The configuration with the addresses of the sandboxes in the place of the real ones. */
export function connectorsAt({ google, microsoft }: Providers, connectors: Config['connectors']): Config['connectors'] {
  const { apiRoot, authUrl, tokenUrl, client: oauth } = google;
  const { url: authority, graphRoot } = microsoft;
  return {
    google: connectors.google && { ...connectors.google, apiRoot, authUrl, tokenUrl, oauth },
    microsoft: connectors.microsoft && { ...connectors.microsoft, authority, graphRoot },
  };
}
