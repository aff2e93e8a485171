import { tryParseImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import type { FieldPath } from './field-path.ts';
import { type ValuesImage, valuesImages } from './helm-release-images.ts';
import type { NamedImage } from './named-image.ts';

/** Where a container's image is written. */
export type ImageSite =
  | { readonly layout: 'pod'; readonly container: string; readonly written: string; readonly path: FieldPath }
  | { readonly layout: 'values'; readonly container: string; readonly place: ValuesImage };

const podSpecs: Readonly<Record<string, FieldPath>> = {
  deployment: ['spec', 'template', 'spec'],
  daemonset: ['spec', 'template', 'spec'],
  statefulset: ['spec', 'template', 'spec'],
  cronjob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const workloadKinds = new Set(['Deployment', 'DaemonSet', 'StatefulSet', 'CronJob', 'HelmRelease']);

/** Whether objects of a kind, as git writes it, can have images that are updated; in whatever API version. */
export function isWorkloadKind(kind: string): boolean {
  return workloadKinds.has(kind);
}

/**
 * The containers of a manifest's body in the order in which they are told: containers, then init
 * containers, each as the file has them; a HelmRelease's by name, `chart-image` first. An image that
 * cannot be read has an empty path, so that it equals no other.
 * @returns undefined for what is no workload
 */
export function workloadImages(body: JsonObject): NamedImage[] | undefined {
  const kind = text(body['kind']);
  if (!isWorkloadKind(kind)) return undefined;
  return imageSites(kind, body)?.flatMap((site) => {
    if (site.layout === 'pod') {
      return [{ name: site.container, image: tryParseImageRef(site.written) ?? unreadable }];
    }
    const { image } = site.place;
    return image ? [{ name: site.container, image }] : [];
  });
}

const unreadable = { domain: '', path: '', tag: '', sha256: '' };

/**
 * The places of a workload's images, in the same order, for a kind in any case; those of a HelmRelease
 * that name no image come along, so that an edit can say why they are none.
 * @returns undefined for what is no workload
 */
export function imageSites(kind: string, body: JsonObject): ImageSite[] | undefined {
  if (kind.toLowerCase() === 'helmrelease') {
    const annotations = member(member(body, 'metadata'), 'annotations');
    return valuesImages(objectOr(member(member(body, 'spec'), 'values')), textMembers(annotations)).map(
      (place) => ({ layout: 'values', container: place.name, place }),
    );
  }
  const podPath = podSpecs[kind.toLowerCase()];
  if (!podPath) return undefined;
  const pod = podPath.reduce<JsonValue | undefined>((at, key) => member(at, String(key)), body);
  return ['containers', 'initContainers'].flatMap((list) => {
    const containers = member(pod, list);
    if (!Array.isArray(containers)) return [];
    return containers.map(
      (container, index): ImageSite => ({
        layout: 'pod',
        container: text(member(container, 'name')),
        written: text(member(container, 'image')),
        path: [...podPath, list, index, 'image'],
      }),
    );
  });
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && Object.hasOwn(value, key) ? value[key] : undefined;
}

function objectOr(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function text(value: JsonValue | undefined): string {
  return value === null || value === undefined || typeof value === 'object' ? '' : String(value);
}

function textMembers(value: JsonValue | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(objectOr(value)).map(([key, each]) => [key, text(each)]));
}
