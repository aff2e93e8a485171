import type { ImageUpdate } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import { type ImageRef, parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import { hasMember, member } from '@fluxctl/shared/updates/update-spec';
import type { AutoUpdate } from '../automation/poll.ts';

export interface ContainersSpec {
  readonly Kind: 'plan' | 'execute';
  readonly ContainerSpecs: ReadonlyMap<ResourceId, readonly ContainerWish[]>;
  readonly SkipMismatches: boolean;
  readonly Force: boolean;
  /** The plan that this carries out. */
  readonly Plan: { readonly ID: string; readonly Revision: string } | undefined;
  /** Tags that are not to be taken again, by workload and container. */
  readonly Holds: ReadonlyMap<ResourceId, ReadonlyMap<string, string>>;
}

export interface ContainerWish {
  readonly container: string;
  /** What is expected to run; undefined: whatever it is. */
  readonly current: ImageRef | undefined;
  readonly target: ImageRef;
}

/** Reads the spec of an update of type `image`; ids and the image are read when the job runs. @throws {UserError} */
export function decodeImageSpec(spec: unknown): ImageUpdate {
  const json = object(spec, 'spec');
  const Excludes = list(member(json, 'Excludes'), 'Excludes');
  return {
    ServiceSpecs: (list(member(json, 'ServiceSpecs'), 'ServiceSpecs') ?? []).map((id) =>
      text(id, 'ServiceSpecs'),
    ),
    ImageSpec: text(member(json, 'ImageSpec'), 'ImageSpec'),
    Kind: kind(json),
    Excludes: Excludes?.map((id) => text(id, 'Excludes')) ?? null,
    Force: flag(member(json, 'Force'), 'Force'),
  };
}

/** Reads the spec of an update of type `containers`. @throws {UserError} also for an id or image that is none */
export function decodeContainersSpec(spec: unknown): ContainersSpec {
  const json = object(spec, 'spec');
  const workloads = Object.entries(object(member(json, 'ContainerSpecs'), 'ContainerSpecs'));
  const plan = member(json, 'Plan');
  const ContainerSpecs = new Map(
    workloads.map(([id, wishes]) => [
      parseResourceId(id),
      (list(wishes, id) ?? []).map((wish) => decodeWish(object(wish, id))),
    ]),
  );
  return {
    Kind: kind(json),
    ContainerSpecs,
    SkipMismatches: flag(member(json, 'SkipMismatches'), 'SkipMismatches'),
    Force: flag(member(json, 'Force'), 'Force'),
    Plan:
      plan === undefined || plan === null
        ? undefined
        : {
            ID: text(member(object(plan, 'Plan'), 'ID'), 'ID'),
            Revision: text(member(object(plan, 'Plan'), 'Revision'), 'Revision'),
          },
    Holds: decodeHolds(member(json, 'Holds'), ContainerSpecs),
  };
}

/** Only what is updated can be held: it is one commit. */
function decodeHolds(json: unknown, updated: ContainersSpec['ContainerSpecs']): ContainersSpec['Holds'] {
  const workloads = Object.entries(object(json, 'Holds'));
  return new Map(
    workloads.map(([text, tags]) => {
      const id = parseResourceId(text);
      if (!updated.has(id)) throw new UserError(`"Holds" names ${id}, which "ContainerSpecs" does not`);
      return [id, new Map(Object.entries(object(tags, id)).map(([name, tag]) => [name, heldTag(tag)]))];
    }),
  );
}

/** The annotation is a list with commas. */
function heldTag(value: unknown): string {
  if (typeof value === 'string' && /^[\w][\w.-]*$/.test(value)) return value;
  throw new UserError(`"Holds" must give a tag for each container, not ${JSON.stringify(value)}`);
}

function decodeWish(json: object): ContainerWish {
  return {
    container: text(member(json, 'Container'), 'Container'),
    current: hasMember(json, 'Current') ? imageRef(member(json, 'Current'), 'Current') : undefined,
    target: imageRef(member(json, 'Target'), 'Target'),
  };
}

/** Reads the spec of an update of type `auto`, as notes hold it. @throws {UserError} */
export function decodeAutoSpec(spec: unknown): AutoUpdate {
  const changes = list(member(object(spec, 'spec'), 'Changes'), 'Changes') ?? [];
  return {
    Changes: changes.map((entry) => {
      const change = object(entry, 'Changes');
      const container = object(member(change, 'Container'), 'Container');
      return {
        WorkloadID: parseResourceId(text(member(change, 'WorkloadID'), 'WorkloadID')),
        Container: {
          Name: text(member(container, 'Name'), 'Name'),
          Image: text(member(container, 'Image'), 'Image'),
        },
        ImageID: text(member(change, 'ImageID'), 'ImageID'),
      };
    }),
  };
}

/** Only `execute` commits; what is neither is no more than looked at, as in Flux v1. */
function kind(json: object): 'plan' | 'execute' {
  return text(member(json, 'Kind'), 'Kind') === 'execute' ? 'execute' : 'plan';
}

function imageRef(value: unknown, name: string): ImageRef {
  if (typeof value !== 'string') throw new UserError(`"${name}" must be an image`);
  return parseImageRef(value);
}

function object(value: unknown, name: string): object {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw new UserError(`"${name}" must be an object`);
}

function list(value: unknown, name: string): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  throw new UserError(`"${name}" must be a list`);
}

function text(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new UserError(`"${name}" must be a string`);
}

function flag(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new UserError(`"${name}" must be true or false`);
}
