import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { Credentials, User } from '../access/credentials.ts';
import type { DenyRules } from '../access/deny-rules.ts';
import type { Fault, Faults } from '../access/faults.ts';
import { type RequestInfo, verbOf } from '../access/request-info.ts';
import type { RequestLog } from '../access/request-log.ts';
import { ApiError, methodNotAllowed, noSuchPage } from '../api-error.ts';
import { openApiDocument, openApiIndex, swaggerDocument } from '../openapi/documents.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { decode } from '../resources/decode.ts';
import { getObject } from '../resources/read.ts';
import { chooseForm } from './accept.ts';
import { writeAnswer, writeError } from './answer.ts';
import { aggregatedDiscovery, legacyDiscovery } from './discovery.ts';
import { type KubePath, parseKubePath, type ResourcePath } from './kube-path.ts';
import type { Snapshots } from './list-answer.ts';
import { readBody } from './read-body.ts';
import { answerResource } from './resource-requests.ts';
import { answerReview, isReview } from './reviews.ts';
import type { SubresourceHandler } from './subresource-handlers.ts';
import { versionBody } from './version.ts';
import { answerWatch, type OpenWatch } from './watch-answer.ts';
import { mediaType, parseBody, writeOptions } from './write-request.ts';

export interface HandlerParts {
  readonly world: World;
  readonly credentials: Credentials;
  readonly denied: DenyRules;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** By `pods/log`. */
  readonly subresources: Map<string, SubresourceHandler>;
  readonly watches: Set<OpenWatch>;
  readonly snapshots: Snapshots;
}

const healthPaths = /^\/(readyz|healthz|livez)(\/.*)?$/;

interface Incoming {
  readonly url: URL;
  readonly path: KubePath;
  readonly info: RequestInfo;
}

function readIncoming(request: IncomingMessage, user: User): Incoming {
  const url = new URL(request.url ?? '/', 'https://sandbox');
  const method = request.method ?? 'GET';
  const path = parseKubePath(url.pathname);
  const common = { method, url: url.pathname + url.search, path: url.pathname, user: user.name };
  if (path.type !== 'resource') {
    const none = {
      group: '',
      resource: undefined,
      subresource: undefined,
      namespace: undefined,
      name: undefined,
    };
    return { url, path, info: { ...common, ...none, verb: method.toLowerCase() } };
  }
  const { apiVersion, plural, namespace, name, subresource } = path.resource;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const verb = verbOf(method, path.resource, url.searchParams);
  return { url, path, info: { ...common, verb, group, resource: plural, subresource, namespace, name } };
}

function findKind(world: World, { apiVersion, plural, namespace, name }: ResourcePath, method: string): Kind {
  const kind = world.kinds.resource(apiVersion, plural);
  const misplaced = kind !== undefined && namespace !== undefined && !kind.namespaced;
  // A namespaced object without its namespace, or a write to all namespaces at once.
  const homeless = kind?.namespaced && namespace === undefined && name !== undefined;
  if (kind === undefined || misplaced || homeless) {
    const knownGroup = [...world.kinds.all()].some((each) => each.apiVersion === apiVersion);
    throw knownGroup ? noSuchPage() : pageNotFound();
  }
  if (kind.namespaced && namespace === undefined && method === 'POST') throw methodNotAllowed();
  return kind;
}

/** For a path that no handler knows, the real server's router answers in plain text. */
class PlainAnswer {
  readonly code: number;
  readonly text: string;
  constructor(code: number, text: string) {
    this.code = code;
    this.text = text;
  }
}

function pageNotFound(): PlainAnswer {
  return new PlainAnswer(404, '404 page not found\n');
}

/** Every request from the first byte to the answer: who, whether allowed, which fault, then what. */
export class KubeHandler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  readonly request = (request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      if (response.headersSent) response.destroy();
      else if (error instanceof PlainAnswer) {
        writeAnswer(response, { code: error.code, body: error.text, type: 'text/plain; charset=utf-8' });
      } else writeError(response, error);
    });
  };

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    this.#upgrade(request, socket, head).catch((error: unknown) => {
      const refusal = error instanceof ApiError ? error : noSuchPage();
      const body = JSON.stringify(refusal.status);
      socket.end(
        `HTTP/1.1 ${refusal.code} ${refusal.reason}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    });
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { credentials, requests, faults, denied } = this.#parts;
    const pathname = request.url?.split('?')[0] ?? '/';
    if (healthPaths.test(pathname)) {
      writeAnswer(response, { code: 200, body: 'ok', type: 'text/plain; charset=utf-8' });
      return;
    }
    // The body is read first: a refusal must not leave it unread on a connection that is kept.
    const body = await readBody(request);
    const user = credentials.userOf(request.headers.authorization);
    const incoming = readIncoming(request, user);
    requests.add(incoming.info);
    const fault = faults.take(incoming.info);
    if (fault !== undefined && (await this.#meetFault(fault, response)) === 'done') return;
    denied.check(incoming.info);
    if (fault?.type === 'cut-after') cutHalfway(response);
    await this.#route(incoming, request, response, body, user);
  }

  /** What happens before the request is carried out. */
  async #meetFault(fault: Fault, response: ServerResponse): Promise<'done' | 'go on'> {
    switch (fault.type) {
      case 'status':
        throw faultError(fault);
      case 'cut-before':
        response.destroy();
        return 'done';
      case 'slow':
        await delay(fault.ms, undefined, { ref: false });
        return response.destroyed ? 'done' : 'go on';
      case 'hang':
        return 'done';
      case 'cut-after':
        return 'go on';
      default:
        return fault satisfies never;
    }
  }

  async #route(
    { url, path }: Incoming,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    user: User,
  ): Promise<void> {
    const { world } = this.#parts;
    if (path.type === 'resource') {
      await this.#routeResource(path.resource, url, request, response, body, user);
      return;
    }
    if (request.method !== 'GET') throw methodNotAllowed();
    if (url.pathname === '/version' || url.pathname === '/version/') {
      writeAnswer(response, { code: 200, body: versionBody });
      return;
    }
    if (url.pathname.startsWith('/openapi/')) {
      const document = this.#openApi(url.pathname);
      if (document === undefined) throw pageNotFound();
      writeAnswer(response, { code: 200, body: document });
      return;
    }
    if (path.type === 'other') throw pageNotFound();
    const form = chooseForm(request.headers.accept);
    const root = path.parts[0] === 'api' ? 'api' : 'apis';
    if (form?.as === 'discovery' && path.parts.length === 1) {
      const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
      writeAnswer(response, { code: 200, body: aggregatedDiscovery(world.kinds, root), type });
      return;
    }
    const found = legacyDiscovery(world.kinds, path.parts, request.headers.host ?? '');
    if (found === undefined) throw pageNotFound();
    writeAnswer(response, { code: 200, body: found });
  }

  #openApi(pathname: string): JsonObject | undefined {
    const { kinds } = this.#parts.world;
    if (pathname === '/openapi/v3') return openApiIndex(kinds);
    if (pathname === '/openapi/v2') return swaggerDocument(kinds);
    return pathname.startsWith('/openapi/v3/')
      ? openApiDocument(kinds, pathname.slice('/openapi/v3/'.length))
      : undefined;
  }

  async #routeResource(
    path: ResourcePath,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    user: User,
  ): Promise<void> {
    const { world, watches, snapshots, subresources } = this.#parts;
    const kind = findKind(world, path, request.method ?? 'GET');
    const { namespace, name, subresource } = path;
    const query = url.searchParams;
    const handler = subresource === undefined ? undefined : subresources.get(`${kind.plural}/${subresource}`);
    if (handler?.handle !== undefined && name !== undefined) {
      const object = getObject(world, kind, { namespace, name });
      await handler.handle({ object, query, user, request }, response);
      return;
    }
    if (subresource !== undefined && !kind.subresources.has(subresource)) throw noSuchPage();
    const form = chooseForm(request.headers.accept);
    if (form === undefined) throw notAcceptable();
    const method = request.method ?? 'GET';
    const verb = verbOf(method, path, query);
    if (verb === 'watch') {
      if (!kind.verbs.has('watch')) throw methodNotAllowed();
      let watch: OpenWatch | undefined;
      const closed = (): void => {
        if (watch !== undefined) watches.delete(watch);
      };
      watch = answerWatch(response, { world, kind, namespace, name, query, form }, closed);
      if (watch !== undefined) watches.add(watch);
      return;
    }
    if (method === 'POST' && isReview(kind)) {
      const { credentials, denied } = this.#parts;
      const sent = parseBody(body, mediaType(request.headers['content-type']), '');
      const review = decode(
        kind,
        sent,
        writeOptions(query, undefined, [], () => {}),
      );
      writeAnswer(response, { code: 201, body: answerReview(kind, review, user, credentials, denied) });
      return;
    }
    const { 'content-type': contentType, 'user-agent': userAgent } = request.headers;
    const parts = { method, kind, namespace, name, subresource, query, form, contentType, userAgent, body };
    writeAnswer(response, answerResource(world, snapshots, parts));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { credentials, requests, denied, faults, subresources, world } = this.#parts;
    const user = credentials.userOf(request.headers.authorization);
    const { url, path, info } = readIncoming(request, user);
    requests.add(info);
    const fault = faults.take(info);
    if (fault?.type === 'status') throw faultError(fault);
    if (fault?.type === 'cut-before') {
      socket.destroy();
      return;
    }
    denied.check(info);
    if (path.type !== 'resource' || path.resource.name === undefined) throw noSuchPage();
    const { namespace, name, subresource } = path.resource;
    const kind = world.kinds.resource(path.resource.apiVersion, path.resource.plural);
    const handler = subresources.get(`${kind?.plural}/${subresource}`);
    if (kind === undefined || handler?.upgrade === undefined) throw noSuchPage();
    const object = getObject(world, kind, { namespace, name });
    await handler.upgrade({ object, query: url.searchParams, user, request }, socket, head);
  }
}

function notAcceptable(): ApiError {
  const text = 'only the following media types are accepted: application/json, application/yaml';
  return new ApiError(406, 'NotAcceptable', text);
}

const faultReasons: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  410: ['Expired', 'too old resource version: 1 (2)'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
};

function faultError({ code, retryAfter, message }: Extract<Fault, { type: 'status' }>): ApiError {
  const [reason, text] = faultReasons[code] ?? ['Unknown', 'unknown'];
  const details = retryAfter === undefined ? undefined : { retryAfterSeconds: retryAfter };
  return new ApiError(code, reason, message ?? text, details);
}

/** Lets half of the answer through and then cuts the connection. */
function cutHalfway(response: ServerResponse): void {
  const end = response.end.bind(response);
  response.end = ((text?: unknown) => {
    const whole = typeof text === 'string' ? text : '';
    response.write(whole.slice(0, Math.max(1, whole.length >> 1)), () => response.destroy());
    return response;
  }) as typeof end;
}
