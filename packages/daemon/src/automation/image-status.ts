import type { Container, ImageInfo } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import { type ImageRef, printImageName, writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { printTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import type { NamedImage } from '../manifests/named-image.ts';
import type {
  ImageInfo as KnownImage,
  RepositoryImages,
  ScannedRepository,
} from '../registry/image-registry.ts';
import { readContainerPolicy } from './container-policy.ts';
import { countNewer, type DatedTag, orderTags } from './order-tags.ts';

/** The members of a container that `containerFields` of `/v10/images` may ask for. */
export const containerFields = [
  'Name',
  'Current',
  'LatestFiltered',
  'Available',
  'AvailableError',
  'AvailableImagesCount',
  'NewAvailableImagesCount',
  'FilteredImagesCount',
  'NewFilteredImagesCount',
] as const satisfies readonly (keyof Container)[];
export type ContainerField = (typeof containerFields)[number];

/**
 * Reads the query's `containerFields`; empty asks for all.
 * @throws {UserError} `X is an invalid field`
 */
export function parseContainerFields(text: string): ReadonlySet<ContainerField> {
  if (text === '') return new Set(containerFields);
  return new Set(
    text.split(',').map((name) => {
      const field = containerFields.find((known) => known === name);
      if (!field) throw new UserError(`${name} is an invalid field`);
      return field;
    }),
  );
}

/** A container with the images there are for it, as `/v6/images` and `/v10/images` tell it. */
export function containerWithImages(
  { name, image }: NamedImage,
  policies: Policies,
  images: RepositoryImages,
  fields: ReadonlySet<ContainerField>,
): Container {
  const all =
    images.state === 'scanned'
      ? available(name, image, policies, images)
      : nothingKnown(image, images.error.message);
  const whole: Container = { Name: name, ...all };
  // These two have no way to be absent in Flux v1's answers.
  const always: Partial<Container> = { Current: noImage, LatestFiltered: noImage };
  const told = containerFields.flatMap((field) => {
    const value = fields.has(field) ? (whole[field] ?? always[field]) : always[field];
    return value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(told) as unknown as Container;
}

const noImage: ImageInfo = { ID: '', Labels: {} };

/** In the words of Flux v1's client, and why. */
function nothingKnown(current: ImageRef, reason: string): Omit<Container, 'Name'> {
  return {
    Current: { ID: writeImageRef(current), Labels: {} },
    LatestFiltered: noImage,
    AvailableError: reason.replace('item not in cache', 'image data not available'),
  };
}

function available(
  container: string,
  current: ImageRef,
  policies: Policies,
  repository: ScannedRepository,
): Omit<Container, 'Name'> {
  const policy = readContainerPolicy(policies, container);
  const tags = orderTags(
    repository.tags.map((tag) => factsOf(repository, tag)),
    policy,
  );
  const filtered = tags.filter(({ tag }) => policy.pattern.matches(tag));
  const running = factsOf(repository, current.tag);
  const [latest] = filtered;
  const count = (name: ContainerField, value: number) => (value === 0 ? {} : { [name]: value });
  return {
    Current: { ...infoOf(current, running), ID: writeImageRef(current) },
    LatestFiltered: latest ? infoOf(current, latest) : noImage,
    ...(tags.length > 0 ? { Available: tags.map((facts) => infoOf(current, facts)) } : {}),
    ...count('AvailableImagesCount', tags.length),
    ...count('NewAvailableImagesCount', countNewer(tags, running, policy)),
    ...count('FilteredImagesCount', filtered.length),
    ...count('NewFilteredImagesCount', countNewer(filtered, running, policy)),
  };
}

interface Facts extends DatedTag {
  readonly known: KnownImage | undefined;
}

function factsOf(repository: ScannedRepository, tag: string): Facts {
  const state = repository.tag(tag);
  const known = state.state === 'known' ? state.image : undefined;
  return { tag, createdAt: known?.createdAt ?? zeroTime, known };
}

/** With the name as the container has it; a tag of which nothing is known has no more than that. */
function infoOf(container: ImageRef, { tag, known }: Facts): ImageInfo {
  const ID = `${printImageName(container)}${tag === '' ? '' : `:${tag}`}`;
  if (!known) return { ID, Labels: {} };
  const digest = known.digest || known.tagDigest;
  return {
    ID,
    ...(digest === '' ? {} : { Digest: digest }),
    ...(known.imageId === '' ? {} : { ImageID: known.imageId }),
    Labels: known.labels,
    ...(known.createdAt === zeroTime ? {} : { CreatedAt: printTimestamp(known.createdAt) }),
    ...(known.lastFetched === zeroTime ? {} : { LastFetched: printTimestamp(known.lastFetched) }),
  };
}
