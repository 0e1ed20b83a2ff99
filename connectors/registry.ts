/** Which connector speaks to which provider. Only src/app.ts and the demo import this. */
import type { ProviderName } from '../src/model/calendar.ts';
import type { Connector } from '../src/sync/connector.ts';
import { caldavConnector } from './caldav/index.ts';
import { icsConnector } from './ics/index.ts';

export const connectors: ReadonlyMap<ProviderName, Connector> = new Map(
  [caldavConnector, icsConnector].map(connector => [connector.provider, connector]),
);
