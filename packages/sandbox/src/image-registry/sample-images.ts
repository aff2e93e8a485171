import { version } from '@fluxctl/shared/version';
import { sampleImage } from '../git-host/sample-repository.ts';
import type { ImageSpec } from './build-image.ts';

/** The walk-through's images, of which 1.0.2 was built before 1.0.1, and those that `fluxctl install` names. */
export const sampleImages: readonly {
  readonly repository: string;
  readonly tag: string;
  readonly image: ImageSpec;
}[] = [
  { repository: sampleImage, tag: '1.0.1', image: { created: '2020-01-23T12:29:44.989057983Z' } },
  { repository: sampleImage, tag: '1.0.2', image: { created: '2020-01-23T12:08:04.619877884Z' } },
  { repository: 'fluxctl/fluxd', tag: version, image: { created: '2026-01-02T03:04:05Z' } },
  { repository: 'library/memcached', tag: '1.6.10-alpine', image: { created: '2021-08-27T18:20:11Z' } },
];
