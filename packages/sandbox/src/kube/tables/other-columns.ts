import { type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { age, ageColumn, type Column, integer, nameColumn, text, wide } from './column.ts';

const createdColumn: Column = {
  name: 'Created At',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp ?? '',
};

/** What is shown of kinds that have no table of their own. */
export const plainColumns: readonly Column[] = [nameColumn, createdColumn];

function roleText(binding: KubeObject): string {
  return `${stringAt(binding, 'roleRef', 'kind')}/${stringAt(binding, 'roleRef', 'name')}`;
}

function subjects(kind: string): Column['cell'] {
  return (binding) =>
    listAt(binding, 'subjects')
      .filter((subject) => stringAt(subject, 'kind') === kind)
      .map((subject) => {
        const name = stringAt(subject, 'name') ?? '';
        return kind === 'ServiceAccount' ? `${stringAt(subject, 'namespace') ?? ''}/${name}` : name;
      })
      .join(', ');
}

const bindingColumns: readonly Column[] = [
  nameColumn,
  text('Role', roleText),
  ageColumn,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

function ingressHosts(ingress: KubeObject): string {
  const hosts = listAt(ingress, 'spec', 'rules').flatMap((rule) => stringAt(rule, 'host') ?? []);
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, 3).join(',');
  return hosts.length > 3 ? `${shown} + ${hosts.length - 3} more...` : shown;
}

function ingressAddress(ingress: KubeObject): string {
  return listAt(ingress, 'status', 'loadBalancer', 'ingress')
    .map((each) => stringAt(each, 'ip') ?? stringAt(each, 'hostname') ?? '')
    .join(',');
}

function eventTime(event: KubeObject, first: boolean, now: Date): string {
  const fields = first ? ['firstTimestamp'] : ['lastTimestamp', 'firstTimestamp'];
  const found = fields.map((field) => stringAt(event, field)).find(Boolean);
  return age(found ?? stringAt(event, 'eventTime') ?? undefined, now);
}

function source(event: KubeObject): string {
  const parts = [stringAt(event, 'source', 'component'), stringAt(event, 'source', 'host')];
  return parts.filter(Boolean).join(', ') || (stringAt(event, 'reportingComponent') ?? '');
}

const webhooks: readonly Column[] = [
  nameColumn,
  integer('Webhooks', (object) => listAt(object, 'webhooks').length),
  ageColumn,
];

export const otherColumns: Readonly<Record<string, readonly Column[]>> = {
  '/events': [
    text('Last Seen', (event, now) => eventTime(event, false, now)),
    text('Type', (event) => stringAt(event, 'type') ?? ''),
    text('Reason', (event) => stringAt(event, 'reason') ?? ''),
    text('Object', (event) => {
      const about = objectAt(event, 'involvedObject') ?? objectAt(event, 'regarding');
      return `${stringAt(about, 'kind')?.toLowerCase()}/${stringAt(about, 'name')}`;
    }),
    wide('Subobject', (event) => stringAt(event, 'involvedObject', 'fieldPath') ?? ''),
    wide('Source', source),
    text('Message', (event) => (stringAt(event, 'message') ?? stringAt(event, 'note') ?? '').trim()),
    wide('First Seen', (event, now) => eventTime(event, true, now)),
    wide('Count', (event) => Math.max(1, numberAt(event, 'count') ?? 1)),
    { ...nameColumn, wide: true },
  ],
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhooks,
  'apiregistration.k8s.io/apiservices': [
    nameColumn,
    text('Service', () => 'Local'),
    text('Available', () => 'True'),
    ageColumn,
  ],
  'coordination.k8s.io/leases': [
    nameColumn,
    text('Holder', (object) => stringAt(object, 'spec', 'holderIdentity') ?? ''),
    ageColumn,
  ],
  'networking.k8s.io/ingressclasses': [
    nameColumn,
    text('Controller', (object) => stringAt(object, 'spec', 'controller') ?? ''),
    text('Parameters', () => '<none>'),
    ageColumn,
  ],
  'networking.k8s.io/ingresses': [
    nameColumn,
    text('Class', (object) => stringAt(object, 'spec', 'ingressClassName') ?? '<none>'),
    text('Hosts', ingressHosts),
    text('Address', ingressAddress),
    text('Ports', (object) => (listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'networking.k8s.io/networkpolicies': [
    nameColumn,
    text('Pod-Selector', (object) => {
      const labels = Object.entries(objectAt(object, 'spec', 'podSelector', 'matchLabels') ?? {});
      return labels.map(([key, value]) => `${key}=${String(value)}`).join(',') || '<none>';
    }),
    ageColumn,
  ],
  'rbac.authorization.k8s.io/clusterrolebindings': bindingColumns,
  'rbac.authorization.k8s.io/rolebindings': bindingColumns,
  'scheduling.k8s.io/priorityclasses': [
    nameColumn,
    integer('Value', (object) => numberAt(object, 'value') ?? 0),
    { name: 'Global-Default', type: 'boolean', cell: (object) => object['globalDefault'] === true },
    ageColumn,
    text('PreemptionPolicy', (object) => stringAt(object, 'preemptionPolicy') ?? ''),
  ],
  'storage.k8s.io/storageclasses': [
    nameColumn,
    text('Provisioner', (object) => stringAt(object, 'provisioner') ?? ''),
    text('ReclaimPolicy', (object) => stringAt(object, 'reclaimPolicy') ?? ''),
    text('VolumeBindingMode', (object) => stringAt(object, 'volumeBindingMode') ?? ''),
    text('AllowVolumeExpansion', (object) => String(object['allowVolumeExpansion'] === true)),
    ageColumn,
  ],
};
