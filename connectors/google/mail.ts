/** `gmail:MAILBOX`: the office's mail in the name of a mailbox of its own Workspace, by delegation. Sheet section 20. */
import type { MailDoor, MailTransport } from '../../src/mail/transports/transport.ts';
import { brandId } from '../../src/model/ids.ts';
import { errorOfFailure, readBytes } from '../http.ts';
import { mailboxTransport, signingIn } from '../mailbox.ts';
import { TokenStore } from './auth.ts';
import type { GoogleSettings, ServiceAccountKey } from './client.ts';
import { errorOfReply, type GoogleReply } from './errors.ts';
import { limits } from './limits.ts';
import { parseMessageList } from './wire.ts';

export type GmailSettings = GoogleSettings & Readonly<{ serviceAccountKey: ServiceAccountKey }>;

/** To send, and to look in Sent whether a message has gone out; the right to read headers alone allows no search. */
export const mailScopes = [
  'https://www.googleapis.com/auth/gmail.send',
  'https://www.googleapis.com/auth/gmail.readonly',
].join(' ');

/** A new project may spend 6000 units a minute on a user, and a message costs 100. Section 20. */
const perMinute = 50;

const calendarRoot = 'https://www.googleapis.com/';
const gmailRoot = 'https://gmail.googleapis.com/';

const mends = {
  accessNotConfigured: 'the Gmail API is off in this Google Cloud project: enable it in the console',
  domainPolicy: 'the Workspace forbids this: its administrator must allow the app',
  failedPrecondition: 'this Workspace user has no Gmail: an administrator must switch it on',
};

type GmailRequest = Readonly<{ method: 'GET' | 'POST'; path: string; body?: string }>;

/** Opens nothing yet. */
export function openGmail(settings: GmailSettings, mailbox: string, door: MailDoor): MailTransport {
  const service = 'Gmail';
  const signal = new AbortController().signal;
  const tokens = new TokenStore(settings, mailScopes).sourceFor({ account: brandId(`gmail:${mailbox}`) }, mailbox, {
    ...{ fetch: door.fetch, now: door.now, signal, secret: null },
    keepSecret: async () => undefined,
  });
  // A proxy or a sandbox that stands for Google stands for all of it.
  const root = settings.apiRoot === calendarRoot ? gmailRoot : settings.apiRoot;
  const send = (token: string, request: GmailRequest) => exchange(door, root, token, request);
  const ask = async (request: GmailRequest): Promise<string> => {
    const token = await signingIn(service, () => tokens.token());
    const first = await send(token, request);
    const reply =
      first.status === 401 ? await send(await signingIn(service, () => tokens.renew(token)), request) : first;
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    throw errorOfReply(reply, { on: 'calendar', now: door.now() });
  };
  const found = async (messageId: string) => {
    const search = new URLSearchParams({
      q: `rfc822msgid:${messageId.replace(/^<|>$/g, '')}`,
      labelIds: 'SENT',
      maxResults: '1',
    });
    return parseMessageList(await ask({ method: 'GET', path: `messages?${search}` })).length > 0;
  };
  return mailboxTransport(
    {
      service,
      perMinute,
      mends,
      isSent: found,
      async send(mime) {
        await ask({ method: 'POST', path: 'messages/send', body: JSON.stringify({ raw: mime.toString('base64url') }) });
      },
      async check() {
        await found('<callboard-check@invalid>');
      },
    },
    door,
  );
}

async function exchange(
  { fetch }: MailDoor,
  root: string,
  token: string,
  { method, path, body }: GmailRequest,
): Promise<GoogleReply> {
  try {
    const reply = await fetch(`${root}gmail/v1/users/me/${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(limits.timeoutMs),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    const text = new TextDecoder().decode(await readBytes(reply, limits.replyBytes));
    return { status: reply.status, text, retryAfter: reply.headers.get('retry-after') };
  } catch (error) {
    throw errorOfFailure(error);
  }
}
