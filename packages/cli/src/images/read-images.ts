import type { ImageStatus } from '@fluxctl/shared/api/types';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { type Foreign, readList } from '../workloads/foreign.ts';
import { type ImageForms, readContainer } from '../workloads/read-container.ts';
import { utcTime } from '../workloads/utc-time.ts';

/**
 * The daemon's answer as Flux v1's client has it after decoding, but for tags that stand beside a digest:
 * they stay.
 * @throws {RequestError} when an id or a time cannot be read
 */
export function readImages(answer: readonly ImageStatus[] | null): readonly ImageStatus[] | null {
  return read(answer, { ref: writeImageRef, time: utcTime });
}

/** For people: times keep the zone that the daemon gave them. @throws {RequestError} */
export function readImagesForTable(answer: readonly ImageStatus[] | null): readonly ImageStatus[] {
  const time: ImageForms['time'] = (text) => (utcTime(text) === undefined ? undefined : (text ?? ''));
  return read(answer, { ref: writeImageRef, time }) ?? [];
}

function read(answer: readonly ImageStatus[] | null, forms: ImageForms): readonly ImageStatus[] | null {
  return readList(answer, ({ ID, Containers }: Foreign<ImageStatus>) => ({
    ID: ID ? parseResourceId(ID) : '',
    Containers: Containers?.map((one) => readContainer(one, forms)) ?? null,
  }));
}

/** No more than `limit` available images each; the counts stay. @param limit - 0 for all */
export function cutAvailable(
  images: readonly ImageStatus[] | null,
  limit: number,
): readonly ImageStatus[] | null {
  if (images === null || limit === 0) return images;
  return images.map(({ ID, Containers }) => ({
    ID,
    Containers:
      Containers?.map((one) =>
        one.Available ? { ...one, Available: one.Available.slice(0, limit) } : one,
      ) ?? null,
  }));
}
