/** CalDAV (RFC 4791): Radicale, Nextcloud, iCloud, Fastmail, Xandikos and their kin. */
import type { Connector } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { CaldavSession } from './session.ts';

export const caldavConnector: Connector = {
  provider: 'caldav',
  async open(link, door) {
    if (link.url === null || !URL.canParse(link.url)) {
      throw new RemoteError('rejected', 'a CalDAV calendar needs the address of its collection');
    }
    return new CaldavSession(door, link.url, link.user);
  },
};
