import type { Container, ImageInfo } from '@fluxctl/shared/api/types';
import { type ImageRef, printImageRef, tryParseImageRef } from '@fluxctl/shared/images/image-ref';
import type { Foreign } from './foreign.ts';
import { utcTime } from './utc-time.ts';

/** How references and times are written. */
export interface ImageForms {
  readonly ref: (ref: ImageRef) => string;
  /** Undefined for none. */
  readonly time: (text: string | null | undefined) => string | undefined;
}

/** As Flux v1's client writes JSON. */
const v1Forms: ImageForms = { ref: printImageRef, time: utcTime };

const counts = [
  'AvailableImagesCount',
  'NewAvailableImagesCount',
  'FilteredImagesCount',
  'NewFilteredImagesCount',
] as const;

/** @throws {Error} when a time cannot be read */
export function readContainer(given: Foreign<Container>, forms = v1Forms): Container {
  const image = (one: Foreign<ImageInfo>) => readImage(one, forms);
  return {
    ...(given.Name ? { Name: given.Name } : {}),
    Current: image(given.Current ?? {}),
    LatestFiltered: image(given.LatestFiltered ?? {}),
    ...(given.Available?.length ? { Available: given.Available.map(image) } : {}),
    ...(given.AvailableError ? { AvailableError: given.AvailableError } : {}),
    ...Object.fromEntries(counts.flatMap((name) => (given[name] ? [[name, given[name]]] : []))),
  };
}

const labelTimes = ['org.label-schema.build-date', 'org.opencontainers.image.created'] as const;

/** An image whose reference cannot be read has no facts: Flux v1's client stops reading there. */
function readImage(given: Foreign<ImageInfo>, { ref: written, time }: ImageForms): ImageInfo {
  const ref = given.ID ? tryParseImageRef(given.ID) : undefined;
  if (given.ID && !ref) return { ID: '', Labels: {} };
  const labels = labelTimes.flatMap((name) => {
    const stamp = utcTime(given.Labels?.[name]);
    return stamp === undefined ? [] : [[name, stamp]];
  });
  const created = time(given.CreatedAt);
  const fetched = time(given.LastFetched);
  return {
    ID: ref ? written(ref) : '',
    ...(given.Digest ? { Digest: given.Digest } : {}),
    ...(given.ImageID ? { ImageID: given.ImageID } : {}),
    Labels: Object.fromEntries(labels),
    ...(created === undefined ? {} : { CreatedAt: created }),
    ...(fetched === undefined ? {} : { LastFetched: fetched }),
  };
}
