import type { ConnectionFault, FaultPlan } from '../../http/fault-plan.ts';
import type { RequestInfo } from './request-info.ts';

/** What goes wrong. */
export type Fault =
  | ConnectionFault
  /** A refusal by status; `retryAfter` in seconds. */
  | {
      readonly type: 'status';
      readonly code: number;
      readonly retryAfter?: number;
      readonly message?: string;
    }
  /** The request is carried out; the connection ends in the middle of the answer. */
  | { readonly type: 'cut-after' };

export type Faults = FaultPlan<RequestInfo, Fault>;
