import type { JsonObject } from '@fluxctl/shared/kube-object';
import { listAt, objectAt, stringAt } from '../kube-object.ts';
import { type DefaultType, fill } from './default-type.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

function roleBinding(value: JsonObject): void {
  const roleRef = objectAt(value, 'roleRef');
  if (roleRef !== undefined) fill(roleRef, { apiGroup: rbacGroup });
}

function subject(value: JsonObject): void {
  if (value['kind'] === 'User' || value['kind'] === 'Group') fill(value, { apiGroup: rbacGroup });
}

function networkPolicy(value: JsonObject): void {
  const spec = objectAt(value, 'spec');
  if (spec === undefined || listAt(spec, 'policyTypes').length > 0) return;
  spec['policyTypes'] = listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function webhook(value: JsonObject): void {
  fill(value, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
}

function customResourceDefinition(value: JsonObject): void {
  const spec = objectAt(value, 'spec');
  const names = objectAt(spec, 'names');
  if (spec === undefined || names === undefined) return;
  const kind = stringAt(names, 'kind') ?? '';
  fill(names, { singular: kind.toLowerCase(), ...(kind !== '' && { listKind: `${kind}List` }) });
  fill(spec, { conversion: { strategy: 'None' } });
}

export const otherDefaults: Readonly<Record<string, DefaultType>> = {
  'admissionregistration.v1.MatchResources': (value) =>
    fill(value, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }),
  'admissionregistration.v1.MutatingWebhook': (value) => {
    webhook(value);
    fill(value, { reinvocationPolicy: 'Never' });
  },
  'admissionregistration.v1.RuleWithOperations': (value) => fill(value, { scope: '*' }),
  'admissionregistration.v1.NamedRuleWithOperations': (value) => fill(value, { scope: '*' }),
  'admissionregistration.v1.ServiceReference': (value) => fill(value, { port: 443 }),
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': (value) => fill(value, { failurePolicy: 'Fail' }),
  'admissionregistration.v1.ValidatingWebhook': webhook,
  'apiextensions.v1.CustomResourceDefinition': customResourceDefinition,
  'apiextensions.v1.ServiceReference': (value) => fill(value, { port: 443 }),
  'apiregistration.v1.ServiceReference': (value) => fill(value, { port: 443 }),
  'discovery.v1.EndpointPort': (value) => {
    fill(value, { protocol: 'TCP' });
    value['name'] ??= '';
  },
  'networking.v1.IngressClassParametersReference': (value) => fill(value, { scope: 'Cluster' }),
  'networking.v1.NetworkPolicy': networkPolicy,
  'networking.v1.NetworkPolicyPort': (value) => fill(value, { protocol: 'TCP' }),
  'rbac.v1.ClusterRoleBinding': roleBinding,
  'rbac.v1.RoleBinding': roleBinding,
  'rbac.v1.Subject': subject,
  'scheduling.v1.PriorityClass': (value) => fill(value, { preemptionPolicy: 'PreemptLowerPriority' }),
  'storage.v1.CSIDriverSpec': (value) =>
    fill(value, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      requiresRepublish: false,
      seLinuxMount: false,
    }),
  'storage.v1.StorageClass': (value) =>
    fill(value, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
};
