import type { CustomScope } from './manifest.ts';
import { isSequence, YamlMap, type YamlNode } from './yaml/node.ts';

/**
 * The kinds that a CustomResourceDefinition brings, one for each version; none where it cannot be read.
 * Definitions of v1beta1 may name a single `version`.
 */
export function customScopesOf(crd: YamlMap): readonly CustomScope[] {
  const spec = mapAt(crd, 'spec');
  const group = textAt(spec, 'group');
  const kind = textAt(mapAt(spec, 'names'), 'kind');
  const scope = textAt(spec, 'scope');
  if (group === undefined || kind === undefined || scope === undefined) return [];
  return versionsOf(spec).map((version) => ({
    apiVersion: `${group}/${version}`,
    kind,
    namespaced: scope === 'Namespaced',
  }));
}

function versionsOf(spec: YamlMap | undefined): readonly string[] {
  const versions = spec?.get('versions');
  const names = isSequence(versions)
    ? versions.flatMap((version) => (version instanceof YamlMap ? (textAt(version, 'name') ?? []) : []))
    : [];
  return names.length > 0 ? names : [textAt(spec, 'version') ?? []].flat();
}

function mapAt(map: YamlMap | undefined, key: string): YamlMap | undefined {
  const value: YamlNode | undefined = map?.get(key);
  return value instanceof YamlMap ? value : undefined;
}

function textAt(map: YamlMap | undefined, key: string): string | undefined {
  const value = map?.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
