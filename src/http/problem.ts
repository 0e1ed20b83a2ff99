/** Errors as answers: application/problem+json (RFC 9457) or a plain page. They hold no data and no stack trace. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../runtime/runtime.ts';
import { html } from './html.ts';
import { barePage, sendPage } from './layout.ts';

const statuses = { 'bad-request': 400, forbidden: 403, 'not-found': 404, 'wrong-host': 421 } as const;

/** A request that cannot be answered; `message` goes to whoever asked. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly kind: keyof typeof statuses;

  constructor(kind: HttpError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }

  get status(): number {
    return statuses[this.kind];
  }
}

/** Answers every error of this server, unknown addresses (404) and wrong verbs (405 with Allow). */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  const routes: Readonly<{ methods: readonly string[]; pattern: RegExp }>[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    routes.push({ methods: [method].flat(), pattern: patternOf(url) });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const allowed = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods));
    if (allowed.size === 0) return sendProblem(request, reply, 404, 'There is nothing at this address.');
    reply.header('allow', [...allowed].sort().join(', '));
    return sendProblem(request, reply, 405, 'This address does not take that kind of request.');
  });
}

/** `/events/:production/:id` as an expression for addresses. */
function patternOf(route: string): RegExp {
  const parts = route.split('/').map(part => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}

/** The log names the error's class and where it arose; its message could quote people's data and stays out. */
export function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  if (error instanceof HttpError) return sendProblem(request, reply, error.status, error.message);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return sendProblem(request, reply, status, 'The request could not be understood.');
  const at = error.stack
    ?.split('\n')
    .filter(line => /^\s+at /.test(line))
    .slice(0, 8);
  log.error({ requestId: request.id, route: request.routeOptions?.url, error: error.name, at }, 'a request failed');
  return sendProblem(
    request,
    reply,
    status === 503 ? 503 : 500,
    'Something went wrong here. The log has more under this request id.',
  );
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, status: number, detail: string): FastifyReply {
  const title = STATUS_CODES[status] ?? 'Error';
  reply.code(status);
  if (wantsJson(request.headers.accept)) {
    const problem = { type: 'about:blank', title, status, detail, requestId: request.id };
    return reply.type('application/problem+json').send(JSON.stringify(problem));
  }
  return sendPage(
    reply,
    barePage(`${status} ${title}`, html`<h1>${title}</h1><p>${detail}</p><p class="faint">Request ${request.id}</p>`),
  );
}

function wantsJson(accept = ''): boolean {
  return accept.includes('json') && !accept.includes('text/html');
}
