import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { User } from '../access/credentials.ts';
import type { KubeObject } from '../kube-object.ts';

/** A request for a subresource of an object that exists. */
export interface SubresourceRequest {
  readonly object: KubeObject;
  readonly query: URLSearchParams;
  readonly user: User;
  readonly request: IncomingMessage;
}

/** What serves `pods/log`, `pods/portforward`, `pods/exec`: whoever runs the pods. */
export interface SubresourceHandler {
  /** An ordinary request; answers by itself. Errors that it throws are answered as a `Status`. */
  handle?(request: SubresourceRequest, response: ServerResponse): Promise<void> | void;
  /** A request to change the protocol (WebSocket). The socket is the handler's from then on. */
  upgrade?(request: SubresourceRequest, socket: Duplex, head: Buffer): Promise<void> | void;
}
