import { RequestError } from '@fluxctl/shared/api/api-error';
import type { Container, ControllerStatus, ImageInfo, Rollout } from '@fluxctl/shared/api/types';
import { errorMessage } from '@fluxctl/shared/errors';
import { sortedMap } from '@fluxctl/shared/go-json';
import { printImageRef, tryParseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { utcTime } from './utc-time.ts';

/**
 * The daemon's answer as Flux v1's client has it after decoding: every member there, in its order, image
 * references and times in their one form, sorted by id. `null` stays.
 * @throws {RequestError} when an id or a time cannot be read
 */
export function readWorkloads(
  answer: readonly ControllerStatus[] | null,
): readonly ControllerStatus[] | null {
  if (answer === null) return null;
  try {
    return answer.map(readWorkload).sort((a, b) => (a.ID < b.ID ? -1 : a.ID > b.ID ? 1 : 0));
  } catch (cause) {
    throw new RequestError(`decoding response from server: ${errorMessage(cause)}`, { cause });
  }
}

/**
 * Only those that have a container of this name; an empty name keeps all.
 * @returns `null` when nothing is left, as Go has it
 */
export function selectWorkloads(
  workloads: readonly ControllerStatus[] | null,
  container: string,
): readonly ControllerStatus[] | null {
  if (workloads === null || container === '') return workloads;
  const kept = workloads.filter(({ Containers }) => Containers?.some(({ Name }) => Name === container));
  return kept.length > 0 ? kept : null;
}

/** What foreign JSON may hold: any member may be missing. */
type Foreign<T> = { readonly [K in keyof T]?: T[K] | null };

function readWorkload(given: Foreign<ControllerStatus>): ControllerStatus {
  return {
    ID: given.ID ? parseResourceId(given.ID) : '',
    Containers: given.Containers?.map(readContainer) ?? null,
    ReadOnly: given.ReadOnly ?? '',
    Status: given.Status ?? '',
    Rollout: readRollout(given.Rollout ?? {}),
    SyncError: given.SyncError ?? '',
    Antecedent: given.Antecedent ? parseResourceId(given.Antecedent) : '',
    Labels: given.Labels ? sortedMap(given.Labels) : null,
    Automated: given.Automated ?? false,
    Locked: given.Locked ?? false,
    Ignore: given.Ignore ?? false,
    Policies: given.Policies ? sortedMap(given.Policies) : (null as unknown as ControllerStatus['Policies']),
  };
}

function readRollout(given: Foreign<Rollout>): Rollout {
  return {
    Desired: given.Desired ?? 0,
    Updated: given.Updated ?? 0,
    Ready: given.Ready ?? 0,
    Available: given.Available ?? 0,
    Outdated: given.Outdated ?? 0,
    Messages: given.Messages ?? null,
  };
}

const counts = [
  'AvailableImagesCount',
  'NewAvailableImagesCount',
  'FilteredImagesCount',
  'NewFilteredImagesCount',
] as const;

function readContainer(given: Foreign<Container>): Container {
  return {
    ...(given.Name ? { Name: given.Name } : {}),
    Current: readImage(given.Current ?? {}),
    LatestFiltered: readImage(given.LatestFiltered ?? {}),
    ...(given.Available?.length ? { Available: given.Available.map(readImage) } : {}),
    ...(given.AvailableError ? { AvailableError: given.AvailableError } : {}),
    ...Object.fromEntries(counts.flatMap((name) => (given[name] ? [[name, given[name]]] : []))),
  };
}

const labelTimes = ['org.label-schema.build-date', 'org.opencontainers.image.created'] as const;

/** An image whose reference cannot be read has no facts: Flux v1's client stops reading there. */
function readImage(given: Foreign<ImageInfo>): ImageInfo {
  const ref = given.ID ? tryParseImageRef(given.ID) : undefined;
  if (given.ID && !ref) return { ID: '', Labels: {} };
  const labels = labelTimes.flatMap((name) => {
    const time = utcTime(given.Labels?.[name]);
    return time === undefined ? [] : [[name, time]];
  });
  const created = utcTime(given.CreatedAt);
  const fetched = utcTime(given.LastFetched);
  return {
    ID: ref ? printImageRef(ref) : '',
    ...(given.Digest ? { Digest: given.Digest } : {}),
    ...(given.ImageID ? { ImageID: given.ImageID } : {}),
    Labels: Object.fromEntries(labels),
    ...(created === undefined ? {} : { CreatedAt: created }),
    ...(fetched === undefined ? {} : { LastFetched: fetched }),
  };
}
