import type { ContainersUpdate, RolloutRecord, UpdateSpec } from '@fluxctl/shared/api/types';
import { tryParseImageRef } from '@fluxctl/shared/images/image-ref';
import { isSet, type Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { UpdateNote } from '@fluxctl/shared/updates/update-spec';
import { readRollback } from '../../automation/container-policy.ts';
import type { NamedImage } from '../../manifests/named-image.ts';
import { showsImages } from './image-changes.ts';
import type { Failure } from './judge.ts';

/** A rollout that failed. */
export interface FailedRollout {
  readonly id: ResourceId;
  readonly record: RolloutRecord;
  readonly failure: Failure;
  /** It was itself the answer to one that failed. */
  readonly isRollback: boolean;
}

/** A workload as the head of the branch defines it. */
export interface HeadDefinition {
  readonly policies: Policies;
  readonly containers: readonly NamedImage[];
}

export type RollbackPlan =
  | { readonly kind: 'update'; readonly spec: UpdateSpec }
  /** Nobody asks for one. */
  | { readonly kind: 'unwanted' }
  /** Wanted, and not made; `why` for people. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * What answers a failed rollout. A freeze does not keep it back: it repairs what is broken, and brings
 * nothing that did not run before.
 * @param head - undefined when git does not define the workload any more
 */
export function planRollback(
  { id, record, failure, isRollback }: FailedRollout,
  head: HeadDefinition | undefined,
  { readonly }: { readonly readonly: boolean },
): RollbackPlan {
  if (!head || !readRollback(head.policies).wanted) return { kind: 'unwanted' };
  const refused = (why: string): RollbackPlan => ({ kind: 'refused', why });
  if (isRollback) return refused('it was a rollback itself');
  if (readonly) return refused('the daemon may not write to git');
  if (isSet(head.policies, 'locked')) return refused('the workload is locked');
  if (isSet(head.policies, 'ignore')) return refused('its manifest says fluxcd.io/ignore: "true"');
  if (!failure.isOfImages) return refused('other images would find no room either');
  if (!showsImages(head.containers, record.images)) return refused('git has other images by now');
  return { kind: 'update', spec: rollbackSpec(id, record, failure) };
}

function rollbackSpec(id: ResourceId, { images }: RolloutRecord, failure: Failure): UpdateSpec {
  const updates = images.map(({ Container, Current, Target }) => ({
    Container,
    Current: Target,
    Target: Current,
  }));
  const spec: ContainersUpdate = {
    Kind: 'execute',
    ContainerSpecs: { [id]: updates },
    SkipMismatches: false,
    Force: false,
    Holds: { [id]: holds(images, failure) },
  };
  const failed = [...new Set(images.map(({ Target }) => Target))].join(', ');
  const Message = `Roll back ${failed} of ${id}: ${failure.reason}\n\n${failure.message}\n`;
  return { type: 'containers', cause: { Message, User: '' }, spec };
}

function holds(images: RolloutRecord['images'], { containers }: Failure): Record<string, string> {
  const failed = images.filter(({ Container }) => containers.includes(Container));
  return Object.fromEntries(
    failed.flatMap(({ Container, Target }) => {
      const tag = tryParseImageRef(Target)?.tag;
      return tag ? [[Container, tag]] : [];
    }),
  );
}

/** Why the daemon itself brought images back by a commit; undefined when the commit did nothing of that kind. */
export function rollbackCause(note: UpdateNote | undefined, id: ResourceId): string | undefined {
  if (note?.spec.type !== 'containers') return undefined;
  const { Holds } = (note.spec.spec ?? {}) as Partial<ContainersUpdate>;
  if (typeof Holds !== 'object' || Holds === null || !Object.hasOwn(Holds, id)) return undefined;
  return note.spec.cause.Message.split('\n')[0] ?? '';
}
