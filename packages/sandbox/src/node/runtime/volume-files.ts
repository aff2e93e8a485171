import type { DataObject, KeyPath, ProjectedSource, Volume } from '../objects.ts';
import { type EnvironmentSources, fieldValue } from './environment.ts';

/** A file of a volume that the API's objects are projected into. */
export interface VolumeFile {
  /** Relative to the volume. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

export type VolumeContent =
  /** Written by the pod: starts empty, is never renewed. */
  | { readonly kind: 'own' }
  | { readonly kind: 'files'; readonly files: readonly VolumeFile[] }
  /** Something that it needs is not there (yet). */
  | { readonly kind: 'incomplete'; readonly message: string };

export interface VolumeSources
  extends Pick<EnvironmentSources, 'pod' | 'podIp' | 'hostIp' | 'secret' | 'configMap'> {
  /** Of the pod's service account. */
  readonly token: string;
  /** PEM of the API server's certificate authority. */
  readonly ca: string;
}

const usualMode = 0o644;

/** What a volume holds now. */
export function volumeContent(volume: Volume, sources: VolumeSources): VolumeContent {
  const { secret, configMap, downwardAPI, projected } = volume;
  if (secret) return contentOf([{ secret: named(secret.secretName, secret) }], secret.defaultMode, sources);
  if (configMap) return contentOf([{ configMap }], configMap.defaultMode, sources);
  if (downwardAPI) return contentOf([{ downwardAPI }], downwardAPI.defaultMode, sources);
  if (projected) return contentOf(projected.sources ?? [], projected.defaultMode, sources);
  return { kind: 'own' };
}

function named(
  name: string | undefined,
  { items, optional }: { items?: KeyPath[]; optional?: boolean },
): NonNullable<ProjectedSource['secret']> {
  return {
    ...(name !== undefined && { name }),
    ...(items && { items }),
    ...(optional !== undefined && { optional }),
  };
}

function contentOf(
  list: readonly ProjectedSource[],
  defaultMode: number | undefined,
  sources: VolumeSources,
): VolumeContent {
  const files: VolumeFile[] = [];
  const mode = defaultMode ?? usualMode;
  for (const { secret, configMap, downwardAPI, serviceAccountToken } of list) {
    const ref = secret ?? configMap;
    if (ref) {
      const [what, object] = secret
        ? ['secret', sources.secret(ref.name ?? '')]
        : ['configmap', sources.configMap(ref.name ?? '')];
      if (object === undefined && !ref.optional) {
        return { kind: 'incomplete', message: `${what} "${ref.name}" not found` };
      }
      const data = contents(object, secret !== undefined);
      const missing = ref.items?.find(({ key }) => !data.has(key));
      if (missing && !ref.optional) {
        return { kind: 'incomplete', message: `references non-existent ${what} key: ${missing.key}` };
      }
      files.push(...projectedFiles(data, ref.items, mode));
    }
    for (const item of downwardAPI?.items ?? []) {
      const text = item.fieldRef ? fieldValue(item.fieldRef.fieldPath, sources) : undefined;
      files.push({ path: item.path, content: Buffer.from(text ?? ''), mode: item.mode ?? mode });
    }
    if (serviceAccountToken) {
      files.push({ path: serviceAccountToken.path, content: Buffer.from(sources.token), mode });
    }
  }
  return { kind: 'files', files };
}

function contents(object: DataObject | undefined, isSecret: boolean): ReadonlyMap<string, Buffer> {
  const encoding = isSecret ? 'base64' : 'utf8';
  return new Map([
    ...Object.entries(object?.data ?? {}).map(([key, text]) => [key, Buffer.from(text, encoding)] as const),
    ...Object.entries(object?.binaryData ?? {}).map(
      ([key, text]) => [key, Buffer.from(text, 'base64')] as const,
    ),
  ]);
}

function projectedFiles(
  data: ReadonlyMap<string, Buffer>,
  items: readonly KeyPath[] | undefined,
  mode: number,
): readonly VolumeFile[] {
  const chosen: readonly KeyPath[] = items ?? [...data.keys()].map((key) => ({ key, path: key }));
  return chosen.flatMap((item) => {
    const content = data.get(item.key);
    return content ? [{ path: item.path, content, mode: item.mode ?? mode }] : [];
  });
}

export function sameFiles(a: readonly VolumeFile[], b: readonly VolumeFile[]): boolean {
  return (
    a.length === b.length &&
    a.every((file, index) => {
      const other = b[index];
      return other?.path === file.path && other.mode === file.mode && other.content.equals(file.content);
    })
  );
}
