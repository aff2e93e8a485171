/** What `kubectl apply` and the cluster's controllers write down for themselves. */
const machineAnnotations = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
  'kubernetes.io/change-cause',
];

type Members = Readonly<Record<string, unknown>>;

/**
 * What of a live object belongs into git: its name, annotations, labels and spec, without what the
 * cluster filled in with nothing.
 */
export function stripObject(object: unknown): Members {
  const { apiVersion, kind, metadata, spec } = members(object);
  const { annotations, labels, name, namespace } = members(metadata);
  const kept = Object.entries(members(annotations)).filter(([key]) => !machineAnnotations.includes(key));
  return withoutUnset({
    apiVersion,
    kind,
    metadata: withoutUnset({ annotations: Object.fromEntries(kept), labels, name, namespace }),
    spec: withoutEmpty(withoutCreationTime(members(spec))),
  });
}

function withoutCreationTime(spec: Members): Members {
  const template = members(spec.template);
  const { creationTimestamp, ...metadata } = members(template.metadata);
  if (creationTimestamp === undefined) return spec;
  return { ...spec, template: { ...template, metadata } };
}

/**
 * Leaves out entries of maps, at any depth, whose value is null, `{}` or `[]`. What becomes empty only by
 * that stays, and so do the elements of lists.
 */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => !isEmpty(member));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutEmpty(member)]));
}

/** Leaves out members that have no value. */
function withoutUnset(object: Members): Members {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== '' && !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
