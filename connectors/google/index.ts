/** Google Calendar: Workspace accounts by delegation, any account by its owner's consent. */
import { shortHash } from '../../src/model/identity.ts';
import type { Connector } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { TokenStore } from './auth.ts';
import { GoogleClient, type GoogleSettings } from './client.ts';
import { consentFlow } from './consent.ts';
import { readNotices } from './notices.ts';
import { Pace } from './pace.ts';
import { GoogleSession } from './session.ts';

/** The client library takes a tenth of a second to load and is loaded when the first calendar is opened. */
export function googleConnector(settings: GoogleSettings): Connector {
  const tokens = new TokenStore(settings);
  const pace = new Pace();
  return {
    provider: 'google',
    readNotices,
    ...(settings.oauth && { consent: consentFlow(settings, settings.oauth) }),
    async open(link, door) {
      if (link.user === null) throw new RemoteError('rejected', 'a Google calendar needs the address of its mailbox');
      const source = tokens.sourceFor(link, link.user, door);
      const { calendar_v3 } = await import('googleapis/build/src/apis/calendar/v3.js');
      const api = new calendar_v3.Calendar({ rootUrl: settings.apiRoot });
      // Limits are counted for each person; who that is need not stand in Google's logs.
      const place = { calendarId: link.calendar ?? 'primary', quotaUser: shortHash(link.user) };
      const paced = { ...door, fetch: pace.fetchFor(link.user, door.fetch) };
      const client = new GoogleClient(api, paced, source, place);
      return new GoogleSession(client, door.zone, link.mode !== 'busy');
    },
  };
}
