/** Gmail as far as a sender of mail needs it. Section 20 of reference/google-calendar.md. */
import { z } from 'zod';
import { type Answer, frontRefusal, json, refusal } from './google-refusal.ts';

/** A mail as it was handed over. */
export type SentMail = Readonly<{ id: string; from: string; messageId: string; raw: string }>;

const sending = ['gmail.send', 'gmail.compose', 'gmail.modify', 'mail.google.com/'];
const reading = ['gmail.readonly', 'gmail.metadata', 'gmail.modify', 'mail.google.com/'];

export class SandboxGmail {
  readonly #sent: SentMail[] = [];

  sent(): readonly SentMail[] {
    return [...this.#sent];
  }

  /** `path` below `/gmail/v1/users/<user>/`. Throws GoogleRefusal. */
  answer(
    ask: Readonly<{ method: string; path: string; query: URLSearchParams; body: string; user: string; scope: string }>,
  ): Answer {
    const { method, path, query, body, user, scope } = ask;
    const may = (wanted: readonly string[]) => {
      if (wanted.some(one => scope.includes(one))) return;
      throw frontRefusal(403, 'insufficientPermissions', 'PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');
    };
    if (method === 'POST' && path === 'messages/send') {
      may(sending);
      return json(this.#send(user, body));
    }
    may(reading);
    const own = this.#sent.filter(({ from }) => from === user);
    if (method === 'GET' && path === 'messages') {
      const wanted = /^rfc822msgid:<?([^<>]*)>?$/.exec(query.get('q') ?? '')?.[1];
      const found = own.filter(({ messageId }) => wanted === undefined || messageId === wanted);
      const messages = found.map(({ id }) => ({ id, threadId: id }));
      return json({ ...(messages.length > 0 && { messages }), resultSizeEstimate: messages.length });
    }
    const mail = own.find(({ id }) => path === `messages/${id}`);
    if (method !== 'GET' || !mail) throw refusal(404, 'notFound', { message: 'Requested entity was not found.' });
    return json({
      id: mail.id,
      threadId: mail.id,
      labelIds: ['SENT'],
      raw: Buffer.from(mail.raw).toString('base64url'),
    });
  }

  #send(user: string, body: string): Readonly<Record<string, unknown>> {
    const given = z.object({ raw: z.string().regex(/^[\w-]+=*$/) }).safeParse(jsonOf(body));
    if (!given.success)
      throw refusal(400, 'invalidArgument', { message: "'raw' RFC822 payload message string is required" });
    const raw = Buffer.from(given.data.raw, 'base64url').toString('utf8');
    const [head = ''] = raw.split(/\r?\n\r?\n/);
    const header = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(head)?.[1]?.trim();
    if (header('To') === undefined) throw refusal(400, 'invalidArgument', { message: 'Recipient address required' });
    const id = (this.#sent.length + 1).toString(16).padStart(16, '0');
    const messageId = (header('Message-ID') ?? `<${id}@mail.gmail.com>`).replace(/^<|>$/g, '');
    this.#sent.push({ id, from: user, messageId, raw });
    return { id, threadId: id, labelIds: ['SENT'] };
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
