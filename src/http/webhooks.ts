/** `POST /api/v1/webhooks/{provider}`: notices of changes, answered at once. Nothing is read or written here but that. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ProviderName, providers } from '../model/calendar.ts';
import type { Connector, NoticeRequest } from '../sync/connector.ts';
import type { NoticeDesk } from '../sync/notices.ts';

/** A provider may put many notices into one request. */
const noticeBytes = 1024 * 1024;

export type WebhookOptions = Readonly<{
  desk: NoticeDesk;
  /** null: this provider sends no notices, or is not built in. */
  reader(provider: ProviderName): Connector['readNotices'] | null;
}>;

export async function addWebhooks(app: FastifyInstance, { desk, reader }: WebhookOptions): Promise<void> {
  await app.register(async scope => {
    // As it came: each connector knows its provider's form.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: noticeBytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Params: { provider: string } }>('/api/v1/webhooks/:provider', async (request, reply) => {
      const provider = providers.find(name => name === request.params.provider);
      const read = provider ? reader(provider) : null;
      if (!read) return answer(reply, 404, 'no such webhook');
      const { status, text, notices } = read(noticeRequest(request));
      const genuine = await desk.receive(notices);
      // Saying so ends the tries of a provider that still knows a subscription which we do not.
      if (notices.length > 0 && genuine === 0) return answer(reply, 404, 'unknown subscription');
      return answer(reply, status, text);
    });
  });
}

function noticeRequest({ headers, query, body }: FastifyRequest): NoticeRequest {
  return { headers: onlyTexts(headers), query: onlyTexts(query), body: typeof body === 'string' ? body : '' };
}

function onlyTexts(given: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(typeof given === 'object' && given !== null ? given : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function answer(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(text);
}
