/** The office pages and their guards. Mounted on a loopback address only; see server.ts. */
import type { FastifyInstance } from 'fastify';
import { addActions, type Said } from './actions.ts';
import { calendarsPage } from './calendars-page.ts';
import { eventPage } from './event-page.ts';
import { findingsPage } from './findings-page.ts';
import { sendPage } from './layout.ts';
import { isLoopbackAuthority, isSameOrigin } from './loopback.ts';
import { messagePage, messagesPage } from './messages-page.ts';
import type { HttpOptions } from './options.ts';
import { HttpError } from './problem.ts';
import { schedulePage } from './schedule-page.ts';

/** A scope of its own: its guards hold for every route inside it, also those that `options.pages` mounts. */
export function officePages(options: HttpOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async request => {
      if (!isLoopbackAuthority(request.headers.host)) {
        throw new HttpError('wrong-host', 'The office pages answer to 127.0.0.1, ::1 and localhost only.');
      }
    });
    app.addHook('preHandler', async request => {
      if (request.method === 'POST' && !isSameOrigin(request.headers)) {
        throw new HttpError('forbidden', 'Only the page itself may ask for this.');
      }
    });
    // What a plain form sends. Nothing here needs more than its fields.
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    });
    addPages(app, options);
    await options.pages?.(app);
  };
}

function addPages(app: FastifyInstance, options: HttpOptions): void {
  const said: Said = new Map();
  app.get('/', async (request, reply) => sendPage(reply, await schedulePage(options, request.query, said)));
  app.get<{ Params: { production: string; id: string } }>('/events/:production/:id', async (request, reply) =>
    sendPage(reply, await eventPage(options, request.params)),
  );
  app.get('/findings', async (request, reply) => sendPage(reply, await findingsPage(options, request.query)));
  app.get('/messages', async (request, reply) => sendPage(reply, await messagesPage(options, request.query)));
  app.get<{ Params: { id: string } }>('/messages/:id', async (request, reply) =>
    sendPage(reply, await messagePage(options, request.params.id)),
  );
  app.get('/calendars', async (request, reply) => sendPage(reply, await calendarsPage(options, request.query)));
  if (options.actions) addActions(app, options.actions, said);
}
