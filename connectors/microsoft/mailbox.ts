/** A mailbox of the office's own tenant, opened in the application's name. */
import type { InboxDoor } from '../../src/mail/inbox/inbox.ts';
import { signingIn } from '../mailbox.ts';
import { createGraphClient, type GraphClient, type GraphReply, type GraphRequest } from './client.ts';
import { remoteErrorOf } from './errors.ts';
import type { MicrosoftSettings } from './settings.ts';
import type { Slots } from './slots.ts';
import { applicationToken } from './tokens.ts';

export type GraphMailbox = Readonly<{
  /** `/users/MAILBOX`, encoded. */
  owner: string;
  /** Throws RemoteError for all but success. */
  ask(request: GraphRequest): Promise<GraphReply>;
  pathOf: GraphClient['pathOf'];
}>;
type Door = Pick<InboxDoor, 'fetch' | 'now'>;

/**
 * Opens nothing yet. What it gives is good until `signal` is aborted; the token lasts from one to the next.
 * @param slots shared by all that opens this mailbox
 */
export function graphMailbox(settings: MicrosoftSettings, mailbox: string, door: Door, slots: Slots) {
  const cache = memory();
  return (signal: AbortSignal): GraphMailbox => {
    const within = { ...door, signal };
    const client = createGraphClient(
      {
        graphRoot: settings.graphRoot,
        slots,
        token: fresh => signingIn('Microsoft', () => applicationToken(settings, within, cache, fresh)),
      },
      within,
    );
    return {
      owner: `/users/${encodeURIComponent(mailbox)}`,
      async ask(request) {
        const reply = await client.request(request);
        if (reply.status >= 200 && reply.status < 300) return reply;
        throw remoteErrorOf(reply, { on: 'calendar', now: door.now() });
      },
      pathOf: client.pathOf,
    };
  };
}

/** What is wrong and how it is mended, by Graph's own code. @param key of the configuration, which names the mailbox */
export function mendsFor(key: 'mail.transport' | 'mail.inbox', rights: string): Readonly<Record<string, string>> {
  const shut = `callboard may not use the mailbox of ${key}: the application needs ${rights} there (RBAC for Applications)`;
  const absent = `there is no such mailbox: check ${key}`;
  return {
    erroraccessdenied: shut,
    authorization_requestdenied: shut,
    mailboxnotenabledforrestapi: `the mailbox of ${key} has no licence, or is being moved`,
    errorinvaliduser: absent,
    request_resourcenotfound: absent,
  };
}

function memory() {
  let kept = '';
  return {
    load: () => kept,
    keep: async (changed: string) => {
      kept = changed;
    },
  };
}
