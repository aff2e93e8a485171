import type { Cause, ImageUpdate, UpdateSpec } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { AutoUpdate } from '../automation/poll.ts';
import { decodePolicySpec, type PolicyChange } from './policy-update.ts';
import {
  type ContainersSpec,
  decodeAutoSpec,
  decodeContainersSpec,
  decodeImageSpec,
} from './release-spec.ts';
import { autoJson, containersJson, policyJson } from './spec-json.ts';

/** An update whose spec was read. */
export type Update = ReleaseUpdate | PolicyUpdate;

/** One that changes images. */
export type ReleaseUpdate = {
  readonly cause: Cause /** As notes and results show it. */;
  readonly json: UpdateSpec;
} & (
  | { readonly type: 'image'; readonly spec: ImageUpdate }
  | { readonly type: 'containers'; readonly spec: ContainersSpec }
  | { readonly type: 'auto'; readonly spec: AutoUpdate }
);

export interface PolicyUpdate {
  readonly type: 'policy';
  readonly cause: Cause;
  readonly json: UpdateSpec;
  readonly spec: ReadonlyMap<ResourceId, PolicyChange>;
}

/** @throws {UserError} for a spec that makes no sense; `unknown update type "…"` */
export function readUpdate({ type, cause, spec: json }: UpdateSpec): Update {
  switch (type) {
    case 'image': {
      const spec = decodeImageSpec(json);
      return { type, cause, spec, json: { type, cause, spec } };
    }
    case 'containers': {
      const spec = decodeContainersSpec(json);
      return { type, cause, spec, json: { type, cause, spec: containersJson(spec) } };
    }
    case 'auto': {
      const spec = decodeAutoSpec(json);
      return { type, cause, spec, json: { type, cause, spec: autoJson(spec) } };
    }
    case 'policy':
      return { type, cause, spec: decodePolicySpec(json), json: { type, cause, spec: policyJson(json) } };
    case 'sync':
      throw new UserError(`unknown update type ${JSON.stringify(type)}`);
    default:
      return type satisfies never;
  }
}

/** Whether an update is only to be computed. */
export function isPlan(update: Update): boolean {
  return (update.type === 'image' || update.type === 'containers') && update.spec.Kind === 'plan';
}
