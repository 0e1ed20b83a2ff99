/** Outlook by Microsoft Graph: Microsoft 365 mailboxes, and personal ones by consent. */
import type { CalendarLink } from '../../src/model/calendar.ts';
import type { Connector, ConnectorDoor } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { Batches, BatchSize } from './batch.ts';
import { GraphCalendar } from './calendar.ts';
import { createGraphClient } from './client.ts';
import { consentAddress, deviceConsent, finishConsent } from './consent.ts';
import { limits } from './limits.ts';
import { Notices, readNotices } from './notices.ts';
import { MicrosoftSession } from './session.ts';
import type { MicrosoftSettings } from './settings.ts';
import { Slots } from './slots.ts';
import { applicationToken, type OauthSecret, personToken, readSecret } from './tokens.ts';

/**
 * A link without a secret is opened in the application's own name, and `link.user` says whose mailbox it is; one with
 * a secret in the name of the person who consented.
 * @param batch the most requests that travel as one; the benchmark sets it to 1
 */
export function microsoftConnector(settings: MicrosoftSettings, batch: number = limits.batch): Connector {
  const shared = new SharedAccess(settings, batch);
  return {
    provider: 'microsoft',
    readNotices,
    consent: {
      address: (request, door) => consentAddress(settings, door, request),
      finish: (answer, door) => finishConsent(settings, door, answer),
      byDevice: (show, door) => deviceConsent(settings, door, show),
    },
    async open(link, door) {
      const secret = readSecret(door.secret);
      if (secret === null && link.user === null) {
        throw new RemoteError('rejected', 'an Outlook calendar needs the address of its mailbox');
      }
      const token = secret === null ? shared.ofApplication(door) : shared.ofPerson(link, door, secret);
      const { graphRoot } = settings;
      const { slots, size } = shared.roomOf(link);
      const client = createGraphClient({ graphRoot, slots, token }, door);
      const owner = secret === null ? `/users/${encodeURIComponent(link.user ?? '')}` : '/me';
      const calendar = new GraphCalendar(client, new Batches(client, size), door.now, owner, link.calendar);
      return new MicrosoftSession(door, calendar, new Notices(client, door.now, calendar.base));
    },
  };
}

type Token = (fresh: boolean) => Promise<string>;
/** What one mailbox takes at once. */
type Room = Readonly<{ slots: Slots; size: BatchSize }>;

/** What the sessions of one process share: the application's token, and how many requests a mailbox takes. */
class SharedAccess {
  readonly #settings: MicrosoftSettings;
  readonly #batch: number;
  readonly #rooms = new Map<string, Room>();
  /** Tokens that are being asked for, so that two who need one ask once. */
  readonly #asking = new Map<string, Promise<string>>();
  #applicationCache = '';

  constructor(settings: MicrosoftSettings, batch: number) {
    this.#settings = settings;
    this.#batch = batch;
  }

  roomOf({ user, account }: CalendarLink): Room {
    const mailbox = user?.toLowerCase() ?? account;
    const room = this.#rooms.get(mailbox) ?? { slots: new Slots(limits.slots), size: new BatchSize(this.#batch) };
    this.#rooms.set(mailbox, room);
    return room;
  }

  ofApplication(door: ConnectorDoor): Token {
    const cache = {
      load: () => this.#applicationCache,
      keep: async (changed: string) => {
        this.#applicationCache = changed;
      },
    };
    return this.#remembered('application', fresh => applicationToken(this.#settings, door, cache, fresh));
  }

  ofPerson({ account }: CalendarLink, door: ConnectorDoor, secret: OauthSecret): Token {
    let current = secret;
    const cache = {
      load: () => current.cache,
      keep: async (changed: string) => {
        current = { ...current, cache: changed };
        await door.keepSecret(JSON.stringify(current));
      },
    };
    const { homeAccountId } = secret;
    return this.#remembered(account, fresh => personToken(this.#settings, door, cache, { homeAccountId, fresh }));
  }

  /** One token for the whole session, until it is refused. */
  #remembered(whose: string, ask: Token): Token {
    let token: string | null = null;
    return async fresh => {
      if (token !== null && !fresh) return token;
      const key = `${whose} ${fresh}`;
      const asking = this.#asking.get(key) ?? ask(fresh).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
      token = await asking;
      return token;
    };
  }
}
