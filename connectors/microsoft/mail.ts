/** `graph:MAILBOX`: the office's mail from a mailbox of its own tenant, by the application. Sheet section 15. */
import { z } from 'zod';
import type { MailDoor, MailTransport } from '../../src/mail/transports/transport.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { mailboxTransport } from '../mailbox.ts';
import { graphMailbox, mendsFor } from './mailbox.ts';
import type { MicrosoftSettings } from './settings.ts';
import { Slots } from './slots.ts';

/** Exchange Online takes 30 a minute from a mailbox. */
const perMinute = 25;

const mends = {
  ...mendsFor('mail.transport', 'Mail.Send and Mail.Read'),
  errorsendasdenied: 'mail.from must be the address of the mailbox in mail.transport',
};

/**
 * Opens nothing yet.
 * @param slots the fourth request that a mailbox takes at once: the other three are the calendar's
 */
export function openGraphMail(
  settings: MicrosoftSettings,
  mailbox: string,
  { fetch, now, mime }: MailDoor,
  slots: Slots = new Slots(1),
): MailTransport {
  const open = graphMailbox(settings, mailbox, { fetch, now }, slots);
  const { ask, owner } = open(new AbortController().signal);
  return mailboxTransport(
    {
      service: 'Microsoft',
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
