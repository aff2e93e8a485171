import { sampleImage } from '../git-host/sample-repository.ts';
import type { ImageSpec } from './build-image.ts';

/** The walk-through's images: 1.0.2 was built before 1.0.1. */
export const sampleImages: readonly {
  readonly repository: string;
  readonly tag: string;
  readonly image: ImageSpec;
}[] = [
  { repository: sampleImage, tag: '1.0.1', image: { created: '2020-01-23T12:29:44.989057983Z' } },
  { repository: sampleImage, tag: '1.0.2', image: { created: '2020-01-23T12:08:04.619877884Z' } },
];
