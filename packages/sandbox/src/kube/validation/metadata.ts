import { isObject, type KubeObject, type ObjectMeta } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { FaultList } from './fault-list.ts';
import {
  checkLabel,
  checkLabel1035,
  checkLabelValue,
  checkPathSegment,
  checkQualifiedName,
  checkSubdomain,
  type NameCheck,
} from './names.ts';

const nameChecks: Readonly<Record<string, NameCheck>> = {
  '/namespaces': checkLabel,
  '/services': checkLabel1035,
  'apiregistration.k8s.io/apiservices': checkPathSegment,
  'rbac.authorization.k8s.io/clusterrolebindings': checkPathSegment,
  'rbac.authorization.k8s.io/clusterroles': checkPathSegment,
  'rbac.authorization.k8s.io/rolebindings': checkPathSegment,
  'rbac.authorization.k8s.io/roles': checkPathSegment,
};

const annotationLimit = 256 * 1024;
const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Labels, as metadata and templates have them. */
export function checkLabels(faults: FaultList, labels: unknown, field: string): void {
  if (!isObject(labels as never)) return;
  for (const [key, value] of Object.entries(labels as Record<string, string>)) {
    for (const why of checkQualifiedName(key)) faults.invalid(field, key, why);
    for (const why of checkLabelValue(String(value))) faults.invalid(field, value, why);
  }
}

export function checkAnnotations(faults: FaultList, annotations: unknown, field: string): void {
  if (!isObject(annotations as never)) return;
  let size = 0;
  for (const [key, value] of Object.entries(annotations as Record<string, string>)) {
    for (const why of checkQualifiedName(key.toLowerCase())) faults.invalid(field, key, why);
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > annotationLimit) faults.tooLong(field, annotationLimit);
}

function checkOwners(faults: FaultList, { ownerReferences = [] }: ObjectMeta): void {
  const field = 'metadata.ownerReferences';
  for (const { apiVersion, kind, name, uid } of ownerReferences) {
    if (!apiVersion) faults.invalid(`${field}.apiVersion`, '', 'version must not be empty');
    if (!kind) faults.invalid(`${field}.kind`, '', 'must not be empty');
    if (!name) faults.invalid(`${field}.name`, '', 'must not be empty');
    if (!uid) faults.invalid(`${field}.uid`, '', 'must not be empty');
  }
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const why =
      'Only one reference can have Controller set to true. Found "true" in references for ' +
      `${controllers[0]?.kind}/${controllers[0]?.name} and ${controllers[1]?.kind}/${controllers[1]?.name}`;
    faults.invalid(field, controllers as never, why);
  }
}

/** Custom kinds, and the kinds of the servers that aggregate others, take short finalizers too. */
function takesShortFinalizers(kind: Kind): boolean {
  return (
    kind.custom !== undefined ||
    kind.group === 'apiextensions.k8s.io' ||
    kind.group === 'apiregistration.k8s.io'
  );
}

function checkFinalizers(faults: FaultList, kind: Kind, { finalizers = [] }: ObjectMeta): void {
  for (const [index, finalizer] of finalizers.entries()) {
    const field = `metadata.finalizers[${index}]`;
    for (const why of checkQualifiedName(finalizer)) faults.invalid(field, finalizer, why);
    if (!takesShortFinalizers(kind) && !finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
      const why = 'name is neither a standard finalizer name nor is it fully qualified';
      faults.invalid(field, finalizer, why);
    }
  }
}

/** What every object must keep to. */
export function checkMetadata(faults: FaultList, kind: Kind, { metadata }: KubeObject): void {
  const check = nameChecks[kind.storage] ?? checkSubdomain;
  if (!metadata.name) faults.required('metadata.name', 'name or generateName is required');
  else for (const why of check(metadata.name)) faults.invalid('metadata.name', metadata.name, why);
  checkLabels(faults, metadata.labels, 'metadata.labels');
  checkAnnotations(faults, metadata.annotations, 'metadata.annotations');
  checkOwners(faults, metadata);
  checkFinalizers(faults, kind, metadata);
}

/** Metadata that a write may repeat but not change. */
export function checkMetadataUpdate(faults: FaultList, existing: ObjectMeta, sent: ObjectMeta): void {
  const fixed = ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;
  for (const field of fixed) {
    const value = sent[field];
    if (value !== undefined && value !== existing[field]) {
      // The real server finds it twice.
      for (let times = 0; times < 2; times++)
        faults.invalid(`metadata.${field}`, value, 'field is immutable');
    }
  }
}
