import { parseTimestamp, type Timestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { RegistryAnswerError } from './registry-error.ts';

/** `linux/arm64/v8`; of a wanted one an empty variant means any. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

export type Manifest =
  /** Docker schema 2 or OCI: the facts are in a config blob. */
  | { readonly kind: 'image'; readonly config: string }
  /** A manifest list or an OCI index: one image for each platform. */
  | { readonly kind: 'index'; readonly entries: readonly IndexEntry[] }
  /** Docker schema 1: the facts stand in it. */
  | { readonly kind: 'schema1'; readonly facts: ConfigFacts };

export interface IndexEntry {
  readonly digest: string;
  /** Empty where the index does not say; `unknown/unknown` is no image but an attestation of one. */
  readonly platform: Platform;
  /** An index itself. */
  readonly isIndex: boolean;
}

/** What is read from an image's configuration. */
export interface ConfigFacts {
  readonly createdAt: Timestamp;
  readonly labels: Readonly<Record<string, string>>;
  /** Schema 1 only: its own id, no digest. */
  readonly imageId: string;
}

const indexTypes: readonly unknown[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** To be accepted, the newest first. */
export const manifestTypes = [
  ...indexTypes,
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v1+json',
];

/** Labels that tell when an image was built, the first that is there counts. */
export const createdLabel = 'org.opencontainers.image.created';
export const buildDateLabel = 'org.label-schema.build-date';

const digestText = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

/**
 * @param what - for errors: `the manifest of quay.io/org/app:1`
 * @throws {RegistryAnswerError} when it is none
 */
export function parseManifest(body: Buffer, what: string): Manifest {
  const json = parseObject(body, what);
  if (json['schemaVersion'] === 1) return { kind: 'schema1', facts: schema1Facts(json, what) };
  if (Array.isArray(json['manifests'])) {
    const entries = json['manifests'].flatMap((entry) => {
      const { digest, platform, mediaType } = objectOf(entry);
      const { os, architecture, variant } = objectOf(platform);
      if (typeof digest !== 'string' || !digestText.test(digest)) return [];
      const offered = { os: text(os), architecture: text(architecture), variant: text(variant) };
      return [{ digest, platform: offered, isIndex: indexTypes.includes(mediaType) }];
    });
    return { kind: 'index', entries };
  }
  const { digest } = objectOf(json['config']);
  if (typeof digest === 'string' && digestText.test(digest)) return { kind: 'image', config: digest };
  throw new RegistryAnswerError(`${what} is of a kind that is not known`);
}

/** @throws {RegistryAnswerError} when it is no JSON object */
export function parseConfig(body: Buffer, what: string): ConfigFacts {
  return factsOf(parseObject(body, what));
}

function factsOf(json: Record<string, unknown>): ConfigFacts {
  // BuildKit writes `config`, older builders `container_config` too.
  const all = { ...labelsOf(json['container_config']), ...labelsOf(json['config']) };
  const labels: Record<string, string> = {};
  for (const name of [createdLabel, buildDateLabel]) {
    const value = all[name];
    if (typeof value === 'string' && value !== '') labels[name] = value;
  }
  return { createdAt: parseTimestamp(text(json['created'])) ?? zeroTime, labels, imageId: '' };
}

function schema1Facts(json: Record<string, unknown>, what: string): ConfigFacts {
  const history = Array.isArray(json['history']) ? objectOf(json['history'][0]) : {};
  const inner = parseObject(Buffer.from(text(history['v1Compatibility'])), what);
  return { ...factsOf(inner), imageId: text(inner['id']) };
}

/** Reads `linux/arm64`, `linux/arm/v7`; undefined when it is none. */
export function parsePlatform(written: string): Platform | undefined {
  const [, os, architecture, variant = ''] =
    /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(written) ?? [];
  return os !== undefined && architecture !== undefined ? { os, architecture, variant } : undefined;
}

export const usualPlatform: Platform = { os: 'linux', architecture: 'amd64', variant: '' };

function labelsOf(config: unknown): Record<string, unknown> {
  return objectOf(objectOf(config)['Labels']);
}

/** @throws {RegistryAnswerError} in plain words: a web page, half an answer */
export function parseObject(body: Buffer, what: string): Record<string, unknown> {
  const start = body.subarray(0, 200).toString('utf8').trimStart();
  if (start.startsWith('<')) {
    throw new RegistryAnswerError(`${what} came as a web page, not as registry data`, {
      help: 'Is this address that of an image registry? A log-in page or a proxy may stand in between.',
    });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    const truncated = /^[[{]/.test(start);
    throw new RegistryAnswerError(`${what} came as ${truncated ? 'broken or cut-off' : 'no'} JSON`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new RegistryAnswerError(`${what} came as JSON of another shape`);
  }
  return parsed as Record<string, unknown>;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
