import { Agent, request } from 'node:https';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';

export interface Reply {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
  readonly warnings: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Ask {
  readonly type?: string;
  readonly accept?: string;
  readonly token?: string;
  readonly userAgent?: string;
}

export interface WatchedEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly object: any;
}

export const mergeType = 'application/merge-patch+json';
export const jsonType = 'application/json-patch+json';
export const strategicType = 'application/strategic-merge-patch+json';
export const applyType = 'application/apply-patch+yaml';
export const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';
export const metadataType = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
export const metadataListType = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

const withinMs = 20_000;

/** A bare HTTP client of an API server: what is asked and answered is all that a test sees. */
export class Kube {
  readonly access: ClusterAccess;
  readonly #agent: Agent;

  constructor(access: ClusterAccess) {
    this.access = access;
    this.#agent = new Agent({ ca: access.ca, keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  async ask(method: string, path: string, body?: JsonValue, how: Ask = {}): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${how.token ?? this.access.token}`,
      'user-agent': how.userAgent ?? 'test/1.0',
      accept: how.accept ?? 'application/json',
      ...(text !== undefined && {
        'content-type': how.type ?? 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
    };
    const outgoing = request(
      new URL(path, this.access.server),
      { method, headers, agent: this.#agent, timeout: withinMs },
      (response) => {
        const warning = response.headersDistinct['warning'] ?? [];
        response.setEncoding('utf8');
        response
          .toArray()
          .then((chunks) => {
            const whole = chunks.join('');
            const isJson = whole.startsWith('{');
            const warnings = warning.map((each) =>
              each.replace(/^299 - "(.*)"$/, '$1').replaceAll('\\"', '"'),
            );
            const code = response.statusCode ?? 0;
            resolve({ code, body: isJson ? JSON.parse(whole) : whole, warnings, headers: response.headers });
          })
          .catch(reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${method} ${path}`)));
    outgoing.on('error', reject);
    outgoing.end(text);
    return promise;
  }

  get(path: string, how?: Ask): Promise<Reply> {
    return this.ask('GET', path, undefined, how);
  }

  post(path: string, body: JsonObject, how?: Ask): Promise<Reply> {
    return this.ask('POST', path, body, how);
  }

  put(path: string, body: JsonObject, how?: Ask): Promise<Reply> {
    return this.ask('PUT', path, body, how);
  }

  patch(path: string, body: JsonValue, type = mergeType, how?: Ask): Promise<Reply> {
    return this.ask('PATCH', path, body, { ...how, type });
  }

  /** Server-side apply. */
  apply(path: string, body: JsonObject, manager: string, force = false): Promise<Reply> {
    const query = `${path.includes('?') ? '&' : '?'}fieldManager=${manager}&force=${force}`;
    return this.ask('PATCH', path + query, body, { type: applyType });
  }

  delete(path: string, options?: JsonObject): Promise<Reply> {
    return this.ask('DELETE', path, options);
  }

  /** Starts a watch; events are kept until they are taken. */
  async watch(path: string, how: Ask = {}): Promise<Watch> {
    const { promise, resolve, reject } = Promise.withResolvers<Watch>();
    const headers = {
      authorization: `Bearer ${this.access.token}`,
      accept: how.accept ?? 'application/json',
    };
    const outgoing = request(
      new URL(path, this.access.server),
      { headers, ca: this.access.ca },
      (response) => {
        response.setEncoding('utf8');
        resolve(new Watch(response.statusCode ?? 0, response, () => outgoing.destroy()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
    return promise;
  }
}

export class Watch {
  readonly code: number;
  readonly #end: () => void;
  readonly #events: WatchedEvent[] = [];
  readonly #waiting: (() => void)[] = [];
  ended = false;
  cut = false;

  constructor(code: number, response: NodeJS.ReadableStream, end: () => void) {
    this.code = code;
    this.#end = end;
    let rest = '';
    response.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') this.#events.push(JSON.parse(line));
      this.#wake();
    });
    response.on('error', () => {
      this.cut = true;
      this.#wake();
    });
    response.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    response.on('close', () => this.#wake());
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The next event. */
  async next(): Promise<WatchedEvent> {
    await this.#until(() => this.#events.length > 0, 'an event');
    return this.#events.shift() as WatchedEvent;
  }

  /** The next event about an object of this name; others are passed over. */
  async about(name: string): Promise<WatchedEvent> {
    for (;;) {
      const event = await this.next();
      if (event.object.metadata?.name === name) return event;
    }
  }

  async untilOver(): Promise<'end' | 'cut'> {
    await this.#until(() => this.ended || this.cut, 'the end of the watch');
    return this.cut ? 'cut' : 'end';
  }

  end(): void {
    this.#end();
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const limit = Date.now() + withinMs;
    while (!condition()) {
      if (Date.now() > limit) throw new Error(`waited in vain for ${what}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, 500);
      this.#waiting.push(resolve);
      await promise;
      clearTimeout(timer);
    }
  }
}

/** Asks again until the answer is as wanted. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  limitMs = withinMs,
): Promise<T> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > limit) throw new Error(`waited in vain for ${what}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The managers of an object, without times, for comparing. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function managers(object: any): JsonObject {
  return Object.fromEntries(
    (object.metadata.managedFields ?? []).map((entry: JsonObject) => [
      [entry['manager'], entry['operation'], entry['subresource']].filter(Boolean).join(' '),
      entry['fieldsV1'],
    ]),
  );
}
