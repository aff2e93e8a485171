import type { JsonObject } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { type FaultList, fieldPath } from './fault-list.ts';
import { checkSubdomain } from './names.ts';

function checkRole(faults: FaultList, object: KubeObject): void {
  for (const [index, rule] of listAt(object, 'rules').entries()) {
    const path = fieldPath('rules', index);
    if (listAt(rule, 'verbs').length === 0)
      faults.required(`${path}.verbs`, 'verbs must contain at least one value');
    if (listAt(rule, 'nonResourceURLs').length > 0) {
      if (object.kind === 'Role') {
        const why = 'namespaced rules cannot apply to non-resource URLs';
        faults.invalid(`${path}.nonResourceURLs`, [...listAt(rule, 'nonResourceURLs')], why);
      }
      continue;
    }
    if (listAt(rule, 'apiGroups').length === 0) {
      faults.required(`${path}.apiGroups`, 'resource rules must supply at least one api group');
    }
    if (listAt(rule, 'resources').length === 0) {
      faults.required(`${path}.resources`, 'resource rules must supply at least one resource');
    }
  }
}

function checkBinding(faults: FaultList, object: KubeObject): void {
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  faults.oneOf('roleRef.kind', stringAt(object, 'roleRef', 'kind'), kinds);
  if (!stringAt(object, 'roleRef', 'name')) faults.required('roleRef.name');
  for (const [index, subject] of listAt(object, 'subjects').entries()) {
    const path = fieldPath('subjects', index);
    if (!stringAt(subject, 'name')) faults.required(`${path}.name`);
    const kind = stringAt(subject, 'kind');
    faults.oneOf(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
    if (
      kind === 'ServiceAccount' &&
      !stringAt(subject, 'namespace') &&
      object.kind === 'ClusterRoleBinding'
    ) {
      faults.required(`${path}.namespace`);
    }
  }
}

function checkIngress(faults: FaultList, object: KubeObject): void {
  const rules = listAt(object, 'spec', 'rules');
  if (rules.length === 0 && objectAt(object, 'spec', 'defaultBackend') === undefined) {
    faults.invalid('spec', null, 'either `defaultBackend` or `rules` must be specified');
  }
  for (const [index, rule] of rules.entries()) {
    const host = stringAt(rule, 'host') ?? '';
    const wrong = host === '' || host.startsWith('*.') ? [] : checkSubdomain(host);
    for (const why of wrong) faults.invalid(fieldPath('spec', 'rules', index, 'host'), host, why);
    for (const [at, entry] of listAt(rule, 'http', 'paths').entries()) {
      const path = fieldPath('spec', 'rules', index, 'http', 'paths', at);
      const type = stringAt(entry, 'pathType');
      const own = stringAt(entry, 'path') ?? '';
      if (type === undefined) {
        faults.required(`${path}.pathType`, 'pathType must be specified');
        continue;
      }
      if (type !== 'ImplementationSpecific' && !own.startsWith('/')) {
        faults.invalid(`${path}.path`, own, 'must be an absolute path');
      }
      const service = objectAt(entry, 'backend', 'service');
      if (service === undefined) continue;
      if (!stringAt(service, 'name')) faults.required(`${path}.backend.service.name`);
      if (!stringAt(service, 'port', 'name') && numberAt(service, 'port', 'number') === undefined) {
        faults.required(`${path}.backend`, 'port name or number is required');
      }
    }
  }
}

function checkAutoscaler(faults: FaultList, object: KubeObject): void {
  const maximum = numberAt(object, 'spec', 'maxReplicas') ?? 0;
  const minimum = numberAt(object, 'spec', 'minReplicas') ?? 1;
  if (maximum < 1) faults.invalid('spec.maxReplicas', maximum, 'must be greater than 0');
  if (maximum < minimum) {
    faults.invalid('spec.maxReplicas', maximum, 'must be greater than or equal to `minReplicas`');
  }
  const target = objectAt(object, 'spec', 'scaleTargetRef') ?? {};
  if (!stringAt(target, 'kind')) faults.required('spec.scaleTargetRef.kind');
  if (!stringAt(target, 'name')) faults.required('spec.scaleTargetRef.name');
  if (!stringAt(target, 'apiVersion')?.includes('/')) {
    const why = 'apiVersion must specify API group';
    faults.invalid('spec.scaleTargetRef.apiVersion', stringAt(target, 'apiVersion') ?? '', why);
  }
}

function checkBudget(faults: FaultList, object: KubeObject): void {
  const spec = objectAt(object, 'spec') ?? {};
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: spec['selector'] ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: null,
    };
    faults.invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set');
  }
  faults.notNegative('spec.minAvailable', minAvailable);
  faults.notNegative('spec.maxUnavailable', maxUnavailable);
}

function checkNetworkPolicy(faults: FaultList, object: KubeObject): void {
  for (const [index, type] of listAt(object, 'spec', 'policyTypes').entries()) {
    faults.oneOf(fieldPath('spec', 'policyTypes', index), type, ['Ingress', 'Egress']);
  }
}

function isTypeless(schema: JsonObject): boolean {
  if (schema['x-kubernetes-int-or-string'] === true) return false;
  return schema['x-kubernetes-preserve-unknown-fields'] !== true && !stringAt(schema, 'type');
}

function checkProperties(faults: FaultList, schema: JsonObject, path: string): void {
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    if (isObject(property)) checkPart(faults, property, `${path}.properties[${name}]`, 'object fields');
  }
  const items = objectAt(schema, 'items');
  if (items !== undefined) checkPart(faults, items, `${path}.items`, 'array items');
  const values = objectAt(schema, 'additionalProperties');
  if (values !== undefined) checkPart(faults, values, `${path}.additionalProperties`, 'object fields');
}

function checkPart(faults: FaultList, schema: JsonObject, path: string, what: string): void {
  checkProperties(faults, schema, path);
  if (isTypeless(schema)) faults.required(`${path}.type`, `must not be empty for specified ${what}`);
}

/** A schema must be structural: every part of it says what type it has. */
function checkStructural(faults: FaultList, schema: JsonObject, path: string): void {
  checkProperties(faults, schema, path);
  const type = stringAt(schema, 'type');
  if (!type) faults.required(`${path}.type`, 'must not be empty at the root');
  else if (type !== 'object') faults.invalid(`${path}.type`, type, 'must be object at the root');
}

function checkDefinition(faults: FaultList, object: KubeObject): void {
  const spec = objectAt(object, 'spec') ?? {};
  const [group = '', plural = ''] = [stringAt(spec, 'group'), stringAt(spec, 'names', 'plural')];
  const { name, annotations = {} } = object.metadata;
  const isNew = object.metadata.resourceVersion === undefined;
  if (isNew && (name !== `${plural}.${group}` || group === '')) {
    faults.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group');
  }
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(group) && annotations['api-approved.kubernetes.io'] === undefined) {
    const why =
      'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111';
    faults.required('metadata.annotations[api-approved.kubernetes.io]', why);
  }
  if (group === '') faults.required('spec.group');
  const scope = stringAt(spec, 'scope') ?? '';
  if (scope === '') faults.required('spec.scope');
  else faults.oneOf('spec.scope', scope, ['Cluster', 'Namespaced']);
  if (spec['preserveUnknownFields'] === true) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    faults.invalid('spec.preserveUnknownFields', true, why);
  }
  const versions = listAt(spec, 'versions');
  const stored = versions.filter((version) => isObject(version) && version['storage'] === true);
  if (stored.length !== 1) {
    const why = 'must have exactly one version marked as storage version';
    faults.invalid('spec.versions', versions.length === 0 ? null : [...versions], why);
  }
  for (const [index, version] of versions.entries()) {
    const schema = objectAt(version, 'schema', 'openAPIV3Schema');
    const path = fieldPath('spec', 'versions', index);
    if (schema === undefined) faults.required(`${path}.schema.openAPIV3Schema`);
    else
      checkStructural(
        faults,
        schema,
        `${versions.length > 1 ? `${path}.schema` : 'spec.validation'}.openAPIV3Schema`,
      );
  }
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    if (!stringAt(spec, 'names', field)) faults.required(`spec.names.${field}`);
  }
  if (stored.length === 0) {
    faults.invalid('status.storedVersions', null, 'must have at least one stored version');
  }
}

function checkSigningRequest(faults: FaultList, object: KubeObject): void {
  const request = stringAt(object, 'spec', 'request') ?? '';
  const pem = Buffer.from(request, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) {
    faults.invalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST');
  }
}

type Check = (faults: FaultList, object: KubeObject) => void;

export const otherChecks: Readonly<Record<string, Check>> = {
  'apiextensions.k8s.io/customresourcedefinitions': checkDefinition,
  'autoscaling/horizontalpodautoscalers': checkAutoscaler,
  'certificates.k8s.io/certificatesigningrequests': checkSigningRequest,
  'networking.k8s.io/ingresses': checkIngress,
  'networking.k8s.io/networkpolicies': checkNetworkPolicy,
  'policy/poddisruptionbudgets': checkBudget,
  'rbac.authorization.k8s.io/clusterrolebindings': checkBinding,
  'rbac.authorization.k8s.io/clusterroles': checkRole,
  'rbac.authorization.k8s.io/rolebindings': checkBinding,
  'rbac.authorization.k8s.io/roles': checkRole,
  'storage.k8s.io/storageclasses': (faults, object) => {
    if (!stringAt(object, 'provisioner')) faults.required('provisioner');
  },
};
