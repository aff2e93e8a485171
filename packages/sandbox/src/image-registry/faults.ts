import type { ConnectionFault, FaultPlan } from '../http/fault-plan.ts';
import type { RegistryRequest } from './request-log.ts';

/** What goes wrong. */
export type Fault =
  | ConnectionFault
  /** A refusal by status; `retryAfter` in seconds, or a date as HTTP writes it. */
  | {
      readonly type: 'status';
      readonly code: number;
      readonly retryAfter?: number | string;
      readonly message?: string;
    }
  /** The connection ends in the middle of the answer. */
  | { readonly type: 'cut-within' }
  /** A web page, with status 200: what a proxy or a log-in screen in between answers. */
  | { readonly type: 'html' }
  /** Half of the body, as if that were all. */
  | { readonly type: 'truncated' }
  /** `Docker-Content-Digest` is that of something else. */
  | { readonly type: 'wrong-digest' }
  /** Other bytes than the digest says; JSON stays JSON. */
  | { readonly type: 'wrong-content' }
  /** The answer is this long: spaces follow what there is. */
  | { readonly type: 'huge'; readonly bytes: number }
  /** The answer never ends: spaces follow what there is, one after each wait of so many milliseconds. */
  | { readonly type: 'endless'; readonly everyMs: number }
  /** The answer is compressed, though nobody asked for that; or is said to be. */
  | { readonly type: 'gzip'; readonly broken?: boolean }
  /** The next page of a list is this page again, always a new one, or what the `Link` header shall say. */
  | { readonly type: 'link'; readonly to: 'itself' | 'endless' | { readonly header: string } }
  /** The token of the request is not known any more. */
  | { readonly type: 'expired-token' }
  /** Any other answer. */
  | {
      readonly type: 'answer';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
      /** How the text stands for bytes; UTF-8 by default. */
      readonly encoding?: 'latin1';
    };

export type Faults = FaultPlan<RegistryRequest, Fault>;
