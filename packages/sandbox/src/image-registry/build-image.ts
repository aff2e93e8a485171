import { gzipSync } from 'node:zlib';
import { digestOf } from './digest.ts';
import { type MediaTypeFamily, mediaTypes } from './media-types.ts';

export interface ImageSpec {
  /** RFC 3339, kept as it is written; the config has no time without it. */
  readonly created?: string;
  /** `config.Labels`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `container_config.Labels`, where Docker's builder wrote them too before BuildKit. */
  readonly containerConfigLabels?: Readonly<Record<string, string>>;
  /** `linux/amd64`, `linux/arm64/v8`, …: with them it is an index; one image for linux/amd64 without. */
  readonly platforms?: readonly string[];
  /** Platform of the one image that is no index; default `linux/amd64`. */
  readonly platform?: string;
  /** Names of the documents; default `docker`. */
  readonly mediaTypes?: MediaTypeFamily;
  /** Makes the top manifest larger by about this many bytes. */
  readonly sizePadding?: number;
  /** Makes the config blob larger by about this many bytes. */
  readonly configPadding?: number;
  /** What tells the image from others with the same facts. */
  readonly content?: string;
}

export interface BuiltManifest {
  readonly digest: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface BuiltImage {
  /** Configs and layers. */
  readonly blobs: readonly { readonly digest: string; readonly bytes: Buffer }[];
  /** In the order in which they can be pushed; the last is the one that a tag means. */
  readonly manifests: readonly BuiltManifest[];
  /** The manifest that a tag means. */
  readonly top: BuiltManifest;
  /** Manifest and config digest by platform. */
  readonly platforms: Readonly<Record<string, { readonly digest: string; readonly imageId: string }>>;
}

/** An empty layer: the end of a tar archive, and nothing before it. */
const emptyTar = Buffer.alloc(1024);
const emptyDiffId = digestOf(emptyTar);
const layer = gzipSync(emptyTar);
export const emptyLayer = { digest: digestOf(layer), bytes: layer } as const;

/** An image as builders push it: config and layer, a manifest, an index for several platforms. Same input, same digests. */
export function buildImage(spec: ImageSpec = {}): BuiltImage {
  const family = mediaTypes[spec.mediaTypes ?? 'docker'];
  const names = spec.platforms ?? [spec.platform ?? 'linux/amd64'];
  const isIndex = spec.platforms !== undefined;
  const padding = spec.sizePadding === undefined ? {} : { annotations: paddingOf(spec.sizePadding) };

  const parts = names.map((name) => {
    const configBytes = json(configOf(spec, name));
    const config = { digest: digestOf(configBytes), bytes: configBytes };
    const bytes = json({
      schemaVersion: 2,
      mediaType: family.manifest,
      config: { mediaType: family.config, size: config.bytes.length, digest: config.digest },
      layers: [{ mediaType: family.layer, size: layer.length, digest: emptyLayer.digest }],
      ...(!isIndex && padding),
    });
    return { name, config, manifest: { digest: digestOf(bytes), type: family.manifest, bytes } };
  });
  const manifests: BuiltManifest[] = parts.map(({ manifest }) => manifest);
  if (isIndex) {
    const bytes = json({
      schemaVersion: 2,
      mediaType: family.index,
      manifests: parts.map(({ name, manifest }) => ({
        mediaType: manifest.type,
        size: manifest.bytes.length,
        digest: manifest.digest,
        platform: platformOf(name),
      })),
      ...padding,
    });
    manifests.push({ digest: digestOf(bytes), type: family.index, bytes });
  }
  const top = manifests.at(-1);
  if (!top) throw new Error('an image needs a platform');
  return {
    blobs: [emptyLayer, ...parts.map(({ config }) => config)],
    manifests,
    top,
    platforms: Object.fromEntries(
      parts.map(({ name, manifest, config }) => [name, { digest: manifest.digest, imageId: config.digest }]),
    ),
  };
}

function configOf(spec: ImageSpec, platform: string): unknown {
  const { created, labels, containerConfigLabels, content = 'nothing' } = spec;
  return {
    ...platformOf(platform),
    ...(created !== undefined && { created }),
    config: { Cmd: ['/hello'], ...(labels && { Labels: labels }) },
    ...(containerConfigLabels && { container_config: { Labels: containerConfigLabels } }),
    history: [{ ...(created !== undefined && { created }), created_by: `COPY ${content}` }],
    rootfs: { type: 'layers', diff_ids: [emptyDiffId] },
    ...(spec.configPadding !== undefined && { comment: 'x'.repeat(spec.configPadding) }),
  };
}

function platformOf(name: string): Readonly<Record<string, string>> {
  const [os = '', architecture = '', variant] = name.split('/');
  return { architecture, os, ...(variant && { variant }) };
}

function paddingOf(bytes: number): Readonly<Record<string, string>> {
  return { 'com.example.padding': 'x'.repeat(bytes) };
}

/** Indented as Docker does. */
function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, undefined, 3));
}
