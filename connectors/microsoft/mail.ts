/** `graph:MAILBOX`: the office's mail from a mailbox of its own tenant, by the application. Sheet section 15. */
import { z } from 'zod';
import type { MailDoor, MailTransport } from '../../src/mail/transports/transport.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { mailboxTransport, signingIn } from '../mailbox.ts';
import { createGraphClient, type GraphReply, type GraphRequest } from './client.ts';
import { remoteErrorOf } from './errors.ts';
import type { MicrosoftSettings } from './settings.ts';
import { Slots } from './slots.ts';
import { applicationToken } from './tokens.ts';

/** Exchange Online takes 30 a minute from a mailbox. */
const perMinute = 25;

const rights = 'the application needs Mail.Send and Mail.Read there (RBAC for Applications)';
const mends = {
  erroraccessdenied: `callboard may not use the mailbox of mail.transport: ${rights}`,
  authorization_requestdenied: `callboard may not use the mailbox of mail.transport: ${rights}`,
  errorsendasdenied: 'mail.from must be the address of the mailbox in mail.transport',
  mailboxnotenabledforrestapi: 'the mailbox of mail.transport has no licence, or is being moved',
  errorinvaliduser: 'there is no such mailbox: check mail.transport',
  request_resourcenotfound: 'there is no such mailbox: check mail.transport',
};

/** Opens nothing yet. */
export function openGraphMail(
  settings: MicrosoftSettings,
  mailbox: string,
  { fetch, now, mime }: MailDoor,
): MailTransport {
  const service = 'Microsoft';
  const door = { fetch, now, signal: new AbortController().signal };
  const cache = memory();
  const client = createGraphClient(
    {
      graphRoot: settings.graphRoot,
      // The fourth request that a mailbox takes at once: the other three are the calendar's.
      slots: new Slots(1),
      token: fresh => signingIn(service, () => applicationToken(settings, door, cache, fresh)),
    },
    door,
  );
  const owner = `/users/${encodeURIComponent(mailbox)}`;
  const ask = async (request: GraphRequest): Promise<GraphReply> => {
    const reply = await client.request(request);
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw remoteErrorOf(reply, { on: 'calendar', now: now() });
  };
  return mailboxTransport(
    {
      service,
      perMinute,
      mends,
      async isSent(messageId) {
        const filter = encodeURIComponent(`internetMessageId eq '${messageId.replaceAll("'", "''")}'`);
        const path = `${owner}/mailFolders/sentitems/messages?$filter=${filter}&$select=id&$top=1`;
        const { body } = await ask({ method: 'GET', path });
        return readCount(body) > 0;
      },
      async send(message) {
        const headers = { 'Content-Type': 'text/plain' };
        await ask({ method: 'POST', path: `${owner}/sendMail`, headers, body: message.toString('base64') });
      },
      async check() {
        await ask({ method: 'GET', path: `${owner}/mailFolders/sentitems?$select=id` });
      },
    },
    { now, mime },
  );
}

const wireMessages = z.object({ value: z.array(z.object({ id: z.string() })) });

function readCount(body: unknown): number {
  const list = wireMessages.safeParse(body);
  if (list.success) return list.data.value.length;
  throw new RemoteError('protocol', 'the reply is not a list of messages');
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
