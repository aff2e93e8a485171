import { Readable } from 'node:stream';
import { apiPrefix, type Route, type RouteName, routes } from '@fluxctl/shared/api/routes';
import { goJson } from '@fluxctl/shared/go-json';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { ApiPorts } from './api-ports.ts';
import { inBlocks } from './blocks.ts';
import { redirectFor } from './clean-path.ts';
import type { ApiRequest, ApiResponse } from './handlers/handler.ts';
import { handlers } from './handlers/handlers.ts';
import { endpointDeprecated, endpointNotFound, toFailure } from './http-error.ts';
import { decodeJson } from './json.ts';
import { errorFormat } from './negotiate.ts';
import { judge, type TrustRules } from './trust.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route's name in the metric. */
    readonly name?: string;
    readonly open?: boolean;
  }
}

export interface ApiServerOptions {
  readonly rules: TrustRules;
  /** False when metrics have a listener of their own. */
  readonly withMetrics: boolean;
  /** Aborted when requests under way must be given up. */
  readonly abandon: AbortSignal;
}

const jsonType = 'application/json; charset=utf-8';
const textType = 'text/plain; charset=utf-8';
/** Of a request's body, in bytes: update specs of thousands of workloads fit. */
const bodyLimit = 16 * 1024 * 1024;

/** The HTTP API; the caller makes it listen. */
export function createApiServer(ports: ApiPorts, options: ApiServerOptions): FastifyInstance {
  const app = createServer();
  app.addHook('onRequest', async (request, reply) => {
    const target = redirectFor(request.raw.url ?? '/');
    if (target !== undefined)
      return reply.code(301).header('location', target).type(textType).send('Moved Permanently\n');
    const verdict = judge(
      {
        remoteAddress: request.socket.remoteAddress ?? '',
        host: request.headers.host,
        origin: request.headers.origin,
        authorization: request.headers.authorization,
        open: request.routeOptions.config.open ?? false,
      },
      options.rules,
    );
    if (verdict.allowed) return undefined;
    const { status, reason, help } = verdict;
    return sendFailure(request, reply, { status, body: { type: 'user', help, error: reason }, text: help });
  });
  app.addHook('onResponse', async (request, reply) => {
    ports.metrics.request(
      { method: request.method, route: routeLabel(request), status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });
  for (const name of Object.keys(routes) as RouteName[]) addRoute(app, name, ports, options.abandon);
  if (options.withMetrics) addMetrics(app, ports);
  return app;
}

/** A listener with nothing but `/metrics`. */
export function createMetricsServer(ports: Pick<ApiPorts, 'metrics'>): FastifyInstance {
  const app = createServer();
  addMetrics(app, ports);
  return app;
}

function createServer(): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // A path that cannot be decoded is just another path that does not exist.
    frameworkErrors: (_, request, reply) => notFound(request, reply),
  });
  // Clients of Flux v1 send JSON without saying so: the type says nothing, the body everything.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.setNotFoundHandler(notFound);
  app.setErrorHandler((error, request, reply) => sendFailure(request, reply, toFailure(error)));
  return app;
}

function addMetrics(app: FastifyInstance, { metrics }: Pick<ApiPorts, 'metrics'>): void {
  app.get('/metrics', { config: { name: 'Metrics', open: true } }, async (_, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

function addRoute(app: FastifyInstance, name: RouteName, ports: ApiPorts, abandon: AbortSignal): void {
  const { method, path, required = [], head, open }: Route = routes[name];
  app.route({
    method: head ? [method, 'HEAD'] : method,
    url: `${apiPrefix}${path}`,
    config: { name, open: open ?? false },
    handler: async (request, reply) => {
      const query = queryOf(request);
      if (required.some((key) => !query.has(key))) return notFound(request, reply);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const asked: ApiRequest = {
        query: (key) => query.get(key) ?? undefined,
        queryAll: (key) => query.getAll(key),
        json: () => decodeJson(request.body),
        signal: AbortSignal.any([gone.signal, abandon]),
      };
      return send(reply, await handlers[name](asked, ports));
    },
  });
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

async function send(reply: FastifyReply, response: ApiResponse): Promise<FastifyReply> {
  if ('status' in response) return reply.code(response.status).send();
  reply.code(200).type(jsonType);
  return reply.send('json' in response ? goJson(response.json) : await bodyOf(response.pieces));
}

/** Short ones whole, and with their length; of a long one there is never more than a part. */
async function bodyOf(pieces: Iterable<Buffer>): Promise<Buffer | Readable> {
  const blocks = inBlocks(pieces);
  const first = await blocks.next();
  const second = await blocks.next();
  if (second.done) return first.value ?? Buffer.alloc(0);
  return Readable.from(
    (async function* () {
      yield first.value;
      yield second.value;
      yield* blocks;
    })(),
  );
}

function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: ReturnType<typeof toFailure>) {
  const { status, body, text } = failure;
  const format = errorFormat(acceptLines(request));
  reply.code(status);
  if (format === 'json') return reply.type(jsonType).send(goJson(body));
  return reply.type(textType).send(format === 'help text' ? text : (body.error ?? ''));
}

/** Each `Accept` line by itself, which Node joins. */
function acceptLines(request: FastifyRequest): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'accept',
  );
}

/** Whatever is not a route: below the API an error of ours, elsewhere Go's plain text. */
function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request);
  if (!path.startsWith(`${apiPrefix}/`)) return reply.code(404).type(textType).send('404 page not found\n');
  const below = path.slice(apiPrefix.length);
  const error = deprecatedVersion(path) ? endpointDeprecated(below) : endpointNotFound(below);
  return sendFailure(request, reply, toFailure(error));
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '/').replace(/\?.*$/s, '');
}

function deprecatedVersion(path: string): string | undefined {
  const below = path.startsWith(apiPrefix) ? path.slice(apiPrefix.length) : '';
  return /^\/(v[1-5])\//.exec(below)?.[1];
}

function routeLabel(request: FastifyRequest): string {
  const deprecated = deprecatedVersion(pathOf(request));
  return request.routeOptions.config.name ?? (deprecated ? `Deprecated:${deprecated}` : 'NotFound');
}
