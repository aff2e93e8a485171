import type { Container, DataObject, Pod } from '../objects.ts';

/** What the environment of a container is made of. */
export interface EnvironmentSources {
  readonly pod: Pod;
  readonly podIp: string;
  readonly hostIp: string;
  secret(name: string): DataObject | undefined;
  configMap(name: string): DataObject | undefined;
  /** What every container gets: where the API server is. */
  readonly base: Readonly<Record<string, string>>;
}

export type Environment =
  | { readonly kind: 'ready'; readonly env: Record<string, string> }
  /** Something is named that is not there; `message` as the kubelet has it. */
  | { readonly kind: 'incomplete'; readonly message: string };

/** The environment of a container, later entries seeing earlier ones as `$(NAME)`. */
export function environmentOf(container: Container, sources: EnvironmentSources): Environment {
  const env: Record<string, string> = { ...sources.base };
  const { namespace } = sources.pod.metadata;
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const [what, ref] = secretRef ? ['secret', secretRef] : ['configmap', configMapRef];
    if (ref === undefined) continue;
    const object = secretRef ? sources.secret(ref.name) : sources.configMap(ref.name);
    if (object === undefined && !ref.optional) {
      return { kind: 'incomplete', message: `${what} "${ref.name}" not found` };
    }
    for (const [key, value] of Object.entries(object?.data ?? {})) {
      env[prefix + key] = secretRef ? decoded(value) : value;
    }
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      env[name] = expand(value ?? '', env);
      continue;
    }
    const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = valueFrom;
    if (fieldRef) env[name] = fieldValue(fieldRef.fieldPath, sources) ?? '';
    if (resourceFieldRef) env[name] = container.resources?.limits?.[resourceFieldRef.resource] ?? '0';
    const ref = secretKeyRef ?? configMapKeyRef;
    if (ref === undefined) continue;
    const [what, object] = secretKeyRef
      ? ['secret', sources.secret(ref.name)]
      : ['configmap', sources.configMap(ref.name)];
    const found = object?.data?.[ref.key];
    if (found !== undefined) env[name] = secretKeyRef ? decoded(found) : found;
    else if (!ref.optional) {
      const message =
        object === undefined
          ? `${what} "${ref.name}" not found`
          : `couldn't find key ${ref.key} in ${secretKeyRef ? 'Secret' : 'ConfigMap'} ${namespace}/${ref.name}`;
      return { kind: 'incomplete', message };
    }
  }
  return { kind: 'ready', env };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** Fills in `$(NAME)`; `$$(NAME)` stays as `$(NAME)`, and so does what nobody defined. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(env, name) ? (env[name] ?? '') : all;
  });
}

/** What the downward API knows under a path. */
export function fieldValue(
  path: string,
  { pod, podIp, hostIp }: Pick<EnvironmentSources, 'pod' | 'podIp' | 'hostIp'>,
): string | undefined {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
    case 'metadata.annotations':
      return Object.entries(metadata[path.slice(9) as 'labels' | 'annotations'] ?? {})
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .sort()
        .join('\n');
    case 'spec.nodeName':
      return spec.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.podIPs':
      return podIp;
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIp;
    default:
      return undefined;
  }
}
