import type { JsonObject } from '@fluxctl/shared/kube-object';
import { type KubeObject, objectAt, sameJson, stringAt, valueAt } from '../kube-object.ts';
import type { FaultList } from './fault-list.ts';
import { checkPodUpdate } from './pod-spec.ts';

type UpdateCheck = (faults: FaultList, before: KubeObject, after: KubeObject) => void;

const immutable = 'field is immutable';

/** The value at a path may be set once and then stays. */
function fixed(...path: readonly string[]): UpdateCheck {
  return (faults, before, after) => {
    const [old, next] = [valueAt(before, ...path), valueAt(after, ...path)];
    if (!sameJson(old ?? null, next ?? null)) faults.invalid(path.join('.'), next, immutable);
  };
}

function all(...checks: readonly UpdateCheck[]): UpdateCheck {
  return (faults, before, after) => {
    for (const check of checks) check(faults, before, after);
  };
}

const statefulSetMutable: ReadonlySet<string> = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

function without(spec: JsonObject, fields: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !fields.has(field)));
}

function statefulSet(faults: FaultList, before: KubeObject, after: KubeObject): void {
  const [old = {}, next = {}] = [objectAt(before, 'spec'), objectAt(after, 'spec')];
  if (sameJson(without(old, statefulSetMutable), without(next, statefulSetMutable))) return;
  faults.forbidden(
    'spec',
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  );
}

function frozenData(faults: FaultList, before: KubeObject, after: KubeObject): void {
  if (before['immutable'] !== true) return;
  const why = 'field is immutable when `immutable` is set';
  if (after['immutable'] !== true) faults.forbidden('immutable', why);
  for (const field of ['data', 'binaryData']) {
    if (!sameJson(before[field] ?? {}, after[field] ?? {})) faults.forbidden(field, why);
  }
}

function serviceAddress(faults: FaultList, before: KubeObject, after: KubeObject): void {
  const [old, next] = [stringAt(before, 'spec', 'clusterIP'), stringAt(after, 'spec', 'clusterIP')];
  const isExternal = [before, after].some((each) => stringAt(each, 'spec', 'type') === 'ExternalName');
  if (!old || isExternal || old === next) return;
  faults.invalid('spec.clusterIPs[0]', [next ?? ''], 'may not change once set');
}

function roleRef(faults: FaultList, before: KubeObject, after: KubeObject): void {
  if (sameJson(before.roleRef, after.roleRef)) return;
  const { apiGroup = '', kind = '', name = '' } = objectAt(after, 'roleRef') ?? {};
  // Such values are printed as Go holds them.
  faults.invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef');
}

function forbiddenUpdates(...fields: readonly string[]): UpdateCheck {
  return (faults, before, after) => {
    for (const field of fields) {
      if (!sameJson(before[field] ?? null, after[field] ?? null)) {
        faults.forbidden(field, `updates to ${field} are forbidden.`);
      }
    }
  };
}

function claim(faults: FaultList, before: KubeObject, after: KubeObject): void {
  const mutable = new Set(['resources', 'volumeAttributesClassName', 'volumeName', 'storageClassName']);
  const [old = {}, next = {}] = [objectAt(before, 'spec'), objectAt(after, 'spec')];
  if (sameJson(without(old, mutable), without(next, mutable))) return;
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  faults.forbidden('spec', why);
}

/** What of each kind may not change. */
export const updateChecks: Readonly<Record<string, UpdateCheck>> = {
  '/configmaps': frozenData,
  '/persistentvolumeclaims': claim,
  '/pods': (faults, before, after) => checkPodUpdate(faults, before, after, sameJson),
  '/secrets': all(fixed('type'), frozenData),
  '/services': serviceAddress,
  'apiextensions.k8s.io/customresourcedefinitions': all(
    fixed('spec', 'scope'),
    fixed('spec', 'names', 'kind'),
    fixed('spec', 'group'),
    fixed('spec', 'names', 'plural'),
  ),
  'apps/daemonsets': fixed('spec', 'selector'),
  'apps/deployments': fixed('spec', 'selector'),
  'apps/replicasets': fixed('spec', 'selector'),
  'apps/statefulsets': statefulSet,
  'batch/jobs': all(fixed('spec', 'completions'), fixed('spec', 'selector'), fixed('spec', 'template')),
  'networking.k8s.io/ingressclasses': fixed('spec', 'controller'),
  'rbac.authorization.k8s.io/clusterrolebindings': roleRef,
  'rbac.authorization.k8s.io/rolebindings': roleRef,
  'scheduling.k8s.io/priorityclasses': (faults, before, after) => {
    if (before['value'] !== after['value']) faults.forbidden('value', 'may not be changed in an update.');
  },
  'storage.k8s.io/storageclasses': forbiddenUpdates(
    'parameters',
    'provisioner',
    'reclaimPolicy',
    'volumeBindingMode',
  ),
};
