/**
 * The web side of the daemon: health, metrics, and the office pages. There is no sign-in yet, and the pages show
 * everything: so they are served on a loopback address only, whatever the configuration asks for. Elsewhere there is
 * health, metrics and one page that says so.
 */
import helmet from '@fastify/helmet';
import fastify, { type FastifyInstance } from 'fastify';
import { addConnect } from './connect.ts';
import { addHealth } from './health.ts';
import { html } from './html.ts';
import { barePage, sendPage, stylesheetPath } from './layout.ts';
import { isLoopbackHost } from './loopback.ts';
import { addMetrics } from './metrics.ts';
import { officePages } from './office.ts';
import type { HttpOptions, HttpServer } from './options.ts';
import { answerError, answerErrors } from './problem.ts';
import { stylesheet } from './stylesheet.ts';
import { addWebhooks } from './webhooks.ts';

const bodyBytes = 64 * 1024;
const requestTimeoutMs = 10_000;
const handlerTimeoutMs = 30_000;

/** Listens once it resolves. Throws what listening throws (a port in use, a host that is not this machine's). */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const app = await buildServer(options);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const [bound] = app.addresses();
  const port = typeof bound === 'object' ? bound.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, port, close: () => app.close() };
}

async function buildServer(options: HttpOptions): Promise<FastifyInstance> {
  const { log, runtime } = options;
  const app = fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestTimeoutMs,
    handlerTimeout: handlerTimeoutMs,
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: () => runtime.id(),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply, log),
  });
  answerErrors(app, log);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, id, routeOptions } = request;
    log.debug(
      { requestId: id, method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    );
  });
  await app.register(helmet, { contentSecurityPolicy, hsts: false, referrerPolicy: { policy: 'same-origin' } });
  app.get(stylesheetPath, async (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(stylesheet),
  );
  addHealth(app, options);
  addMetrics(app, options);
  if (options.consent) addConnect(app, options.consent);
  if (options.webhooks) await addWebhooks(app, options.webhooks);
  if (isLoopbackHost(options.host)) await app.register(officePages(options));
  else refusePages(app, options);
  return app;
}

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

function refusePages(app: FastifyInstance, { host, log }: HttpOptions): void {
  log.warn({ host }, 'the office pages are not served here: without sign-in they need a loopback host');
  app.get('/', async (_request, reply) =>
    sendPage(
      reply.code(403),
      barePage(
        'Not served here',
        html`<h1>Not served here</h1><p>The office pages show everything and have no sign-in yet, so callboard serves them on this machine only. Set <code>server.host</code> to 127.0.0.1 and open them there, or reach that machine through a tunnel.</p><p>Health and metrics are served: <code>/healthz</code>, <code>/readyz</code>, <code>/metrics</code>.</p>`,
      ),
    ),
  );
}
