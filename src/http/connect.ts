/** `/connect/…`: where people say themselves that callboard may keep their calendar. Needs no sign-in: the address is the key. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { beginVisit, ConsentError, type ConsentParts, callbackPath, finishVisit } from '../sync/consent.ts';
import { RemoteError } from '../sync/remote-error.ts';
import { html } from './html.ts';
import { barePage, sendPage } from './layout.ts';

const providerTimeoutMs = 25_000;

export function addConnect(app: FastifyInstance, parts: ConsentParts): void {
  app.get<{ Querystring: Record<string, unknown> }>(callbackPath, async ({ query }, reply) => {
    const text = (name: string) => (typeof query[name] === 'string' ? query[name] : null);
    const problem = text('error_description') ?? text('error');
    try {
      const answer = { state: text('state') ?? '', code: text('code'), problem };
      const link = await finishVisit(parts, answer, AbortSignal.timeout(providerTimeoutMs));
      const who = link.user ?? link.person;
      return sendPage(
        reply,
        barePage(
          'Linked',
          html`<h1>Your calendar is linked</h1><p>callboard now keeps your part of the schedule in the calendar of <strong>${who}</strong>, and nobody is mailed about it. You can close this page.</p>`,
        ),
      );
    } catch (error) {
      return refuse(reply, error);
    }
  });
  app.get<{ Params: { token: string } }>('/connect/:token', async ({ params }, reply) => {
    try {
      return reply
        .header('cache-control', 'no-store')
        .redirect(await beginVisit(parts, params.token, AbortSignal.timeout(providerTimeoutMs)), 303);
    } catch (error) {
      return refuse(reply, error);
    }
  });
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof ConsentError || error instanceof RemoteError)) throw error;
  const status = error.kind === 'spent' ? 410 : 400;
  return sendPage(
    reply.code(status),
    barePage('Not linked', html`<h1>Your calendar was not linked</h1><p>${error.message}</p>`),
  );
}
