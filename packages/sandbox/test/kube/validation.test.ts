import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, it } from 'vitest';
import { mergeType } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

interface Parts {
  readonly spec: JsonObject;
  readonly pod: JsonObject;
  readonly container: JsonObject;
}

/** A Deployment, changed by `change` before it is sent. */
function deployment(change: (parts: Parts) => void): JsonObject {
  const container: JsonObject = { name: 'c', image: 'i' };
  const pod: JsonObject = { containers: [container] };
  const spec: JsonObject = {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: pod },
  };
  change({ spec, pod, container });
  return { metadata: { name: 'checked' }, spec };
}

const template = 'spec.template.spec';
const first = `${template}.containers[0]`;

onEachCluster('validation', (cluster) => {
  it.each([
    {
      why: 'an image that is missing',
      change: ({ container }: Parts) => delete container['image'],
      faults: [`${first}.image: Required value`],
    },
    {
      why: 'a name in capitals',
      change: ({ container }: Parts) => Object.assign(container, { name: 'A_' }),
      faults: [`${first}.name: Invalid value: "A_": ${labelText}`],
    },
    {
      why: 'two containers of one name',
      change: ({ pod, container }: Parts) =>
        Object.assign(pod, { containers: [container, { ...container }] }),
      faults: [`${template}.containers[1].name: Duplicate value: "c"`],
    },
    {
      why: 'no containers',
      change: ({ pod }: Parts) => Object.assign(pod, { containers: [] }),
      faults: [`${template}.containers: Required value`],
    },
    {
      why: 'labels that the selector does not take',
      change: ({ spec }: Parts) => Object.assign(spec, { selector: { matchLabels: { a: 'c' } } }),
      faults: [
        'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      ],
    },
    {
      why: 'an empty selector',
      change: ({ spec }: Parts) => Object.assign(spec, { selector: {} }),
      faults: ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
    },
    {
      why: 'no spec',
      change: ({ spec }: Parts) => {
        for (const field of Object.keys(spec)) delete spec[field];
      },
      faults: [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
        `${template}.containers: Required value`,
      ],
    },
    {
      why: 'less than no replicas',
      change: ({ spec }: Parts) => Object.assign(spec, { replicas: -1 }),
      faults: ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    },
    {
      why: 'a port out of range, with a bad name and protocol',
      change: ({ container }: Parts) =>
        Object.assign(container, { ports: [{ containerPort: 70_000, name: 'UPPER', protocol: 'X' }] }),
      faults: [
        `${first}.ports[0].name: Invalid value: "UPPER": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
        `${first}.ports[0].name: Invalid value: "UPPER": must contain at least one letter (a-z)`,
        `${first}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
        `${first}.ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"`,
      ],
    },
    {
      why: 'a mount without a volume',
      change: ({ container }: Parts) =>
        Object.assign(container, { volumeMounts: [{ name: 'x', mountPath: '/x' }] }),
      faults: [`${first}.volumeMounts[0].name: Not found: "x"`],
    },
    {
      why: 'a volume of two kinds',
      change: ({ pod }: Parts) =>
        Object.assign(pod, { volumes: [{ name: 'x', secret: { secretName: 'a' }, emptyDir: {} }] }),
      faults: [`${template}.volumes[0].secret: Forbidden: may not specify more than 1 volume type`],
    },
    {
      why: 'a variable without a source',
      change: ({ container }: Parts) => Object.assign(container, { env: [{ name: 'a', valueFrom: {} }] }),
      faults: [
        `${first}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`, \`secretKeyRef\` or \`fileKeyRef\``,
      ],
    },
    {
      why: 'a request above its limit',
      change: ({ container }: Parts) =>
        Object.assign(container, { resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
      faults: [
        `${first}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
      ],
    },
    {
      why: 'a probe that does nothing',
      change: ({ container }: Parts) => Object.assign(container, { livenessProbe: {} }),
      faults: [`${first}.livenessProbe: Required value: must specify a handler type`],
    },
    {
      why: 'another restart policy',
      change: ({ pod }: Parts) => Object.assign(pod, { restartPolicy: 'Never' }),
      faults: [`${template}.restartPolicy: Unsupported value: "Never": supported values: "Always"`],
    },
    {
      why: 'a strategy that cannot move',
      change: ({ spec }: Parts) =>
        Object.assign(spec, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      faults: [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
      ],
    },
  ])('refuses a Deployment with $why', async ({ change, faults }) => {
    const { kube, apps } = cluster();
    const { code, body } = await kube.post(`${apps}/deployments?dryRun=All`, deployment(change));
    const text = faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`;
    expect([code, body.message]).toEqual([422, `Deployment.apps "checked" is invalid: ${text}`]);
    expect(body.details).toMatchObject({ name: 'checked', group: 'apps', kind: 'Deployment' });
    const told = body.details.causes.map((cause: JsonObject) => `${cause['field']}: ${cause['message']}`);
    expect(told).toEqual(faults);
  });

  it.each([
    {
      path: 'services',
      body: { spec: {} },
      text: 'Service "checked" is invalid: spec.ports: Required value',
    },
    {
      path: 'services',
      body: { spec: { ports: [{ port: 80 }, { port: 81 }] } },
      text: 'Service "checked" is invalid: [spec.ports[0].name: Required value, spec.ports[1].name: Required value]',
    },
    {
      path: 'services',
      body: { spec: { ports: [{ port: 80, nodePort: 30_000 }] } },
      text: 'Service "checked" is invalid: spec.ports[0].nodePort: Forbidden: may not be used when `type` is \'ClusterIP\'',
    },
    {
      path: 'services',
      body: { spec: { type: 'X', ports: [{ port: 80 }] } },
      text: 'Service "checked" is invalid: spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    },
    {
      path: 'configmaps',
      body: { data: { 'a b': '' } },
      text: "ConfigMap \"checked\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    },
    {
      path: 'configmaps',
      body: { data: { a: 'x'.repeat(1_100_000) } },
      text: 'ConfigMap "checked" is invalid: []: Too long: may not be more than 1048576 bytes',
    },
    {
      path: 'configmaps',
      body: { metadata: { name: 'Checked' } },
      text: `ConfigMap "Checked" is invalid: metadata.name: Invalid value: "Checked": ${subdomainText}`,
    },
    {
      path: 'configmaps',
      body: { metadata: { name: 'checked', finalizers: ['short'] } },
      text: 'ConfigMap "checked" is invalid: metadata.finalizers[0]: Invalid value: "short": name is neither a standard finalizer name nor is it fully qualified',
    },
    {
      path: 'secrets',
      body: { type: 'kubernetes.io/tls' },
      text: 'Secret "checked" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]',
    },
    {
      path: '/apis/batch/v1/namespaces/test-ns/jobs',
      body: { spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } } },
      text: 'Job.batch "checked" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    },
    {
      path: '/apis/batch/v1/namespaces/test-ns/cronjobs',
      body: {
        spec: {
          schedule: 'x',
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
          },
        },
      },
      text: 'CronJob.batch "checked" is invalid: spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]',
    },
    {
      path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      body: { roleRef: { kind: 'Foo', name: 'x' } },
      text: 'ClusterRoleBinding.rbac.authorization.k8s.io "checked" is invalid: roleRef.kind: Unsupported value: "Foo": supported values: "ClusterRole"',
    },
    {
      path: '/apis/networking.k8s.io/v1/namespaces/test-ns/ingresses',
      body: {},
      text: 'Ingress.networking.k8s.io "checked" is invalid: spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
    },
  ])('refuses $text', async ({ path, body, text }) => {
    const { kube, core } = cluster();
    const whole = path.startsWith('/') ? path : `${core}/${path}`;
    const sent = { metadata: { name: 'checked' }, ...(body as JsonObject) };
    const reply = await kube.post(`${whole}?dryRun=All`, sent);
    expect([reply.code, reply.body.message]).toEqual([422, text]);
  });

  it.each([
    {
      path: 'apps:deployments',
      body: deployment(() => {}),
      patch: {
        spec: { selector: { matchLabels: { a: 'c' } }, template: { metadata: { labels: { a: 'c' } } } },
      },
      text: 'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
    },
    {
      path: 'apps:statefulsets',
      body: deployment(({ spec }) => Object.assign(spec, { serviceName: 'x', replicas: 0 })),
      patch: { spec: { serviceName: 'y' } },
      text: "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    },
    {
      path: 'services',
      body: { spec: { ports: [{ port: 80 }] } },
      patch: { spec: { clusterIP: '10.0.0.77' } },
      text: 'spec.clusterIPs[0]: Invalid value: ["10.0.0.77"]: may not change once set',
    },
    {
      path: 'configmaps',
      body: { immutable: true, data: { a: 'b' } },
      patch: { data: { a: 'c' } },
      text: 'data: Forbidden: field is immutable when `immutable` is set',
    },
    {
      path: 'secrets',
      body: { type: 'Opaque' },
      patch: { type: 'other' },
      text: 'type: Invalid value: "other": field is immutable',
    },
    {
      path: '/apis/rbac.authorization.k8s.io/v1/namespaces/test-ns/rolebindings',
      body: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' } },
      patch: { roleRef: { name: 'b' } },
      text: 'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef',
    },
    {
      path: '/apis/batch/v1/namespaces/test-ns/jobs',
      body: {
        spec: {
          suspend: true,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
        },
      },
      patch: { spec: { completions: 3 } },
      text: 'spec.completions: Invalid value: 3: field is immutable',
    },
  ])('refuses to change $path: $text', async ({ path, body, patch, text }) => {
    const { kube, core, apps } = cluster();
    const whole = path.startsWith('/')
      ? path
      : path.startsWith('apps:')
        ? `${apps}/${path.slice(5)}`
        : `${core}/${path}`;
    const created = await kube.post(whole, { ...(body as JsonObject), metadata: { name: 'fixed' } });
    expect(created.code).toBe(201);
    const reply = await kube.patch(`${whole}/fixed`, patch as JsonObject);
    const kind = created.body.kind;
    const group = created.body.apiVersion.includes('/') ? `.${created.body.apiVersion.split('/')[0]}` : '';
    expect([reply.code, reply.body.message]).toEqual([422, `${kind}${group} "fixed" is invalid: ${text}`]);
  });

  it('says that a job’s template is fixed', async () => {
    const { kube } = cluster();
    const path = '/apis/batch/v1/namespaces/test-ns/jobs';
    await kube.post(path, {
      metadata: { name: 'job' },
      spec: {
        suspend: true,
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    const { code, body } = await kube.patch(`${path}/job`, {
      spec: { template: { spec: { containers: [{ name: 'c', image: 'j' }] } } },
    });
    expect(code).toBe(422);
    expect(body.message).toMatch(
      /^Job\.batch "job" is invalid: spec\.template: Invalid value: \{.*\}: field is immutable$/s,
    );
    expect(body.details.causes).toMatchObject([{ reason: 'FieldValueInvalid', field: 'spec.template' }]);
  });

  it.each([
    {
      path: 'configmaps',
      body: { data: { a: 1 } },
      text: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    },
    {
      path: 'configmaps',
      body: { data: ['a'] },
      text: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string',
    },
    {
      path: 'configmaps',
      body: { metadata: 'x' },
      text: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
    },
    {
      path: 'apps:deployments',
      body: { spec: { replicas: '3' } },
      text: 'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    },
    {
      path: 'apps:deployments',
      body: { spec: { template: { spec: { containers: [{ name: 1 }] } } } },
      text: 'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of type string',
    },
    {
      path: 'apps:deployments',
      body: { spec: { template: { spec: { containers: [{ resources: { limits: { cpu: 'abc' } } }] } } } },
      text: 'Deployment in version "v1" cannot be handled as a Deployment: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    },
    {
      path: 'secrets',
      body: { data: { a: '???' } },
      text: 'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
    },
    {
      path: 'configmaps?fieldValidation=Strict',
      body: { metadata: { name: 'x', bar: 2 }, foo: 1 },
      text: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.bar", unknown field "foo"',
    },
    {
      path: 'configmaps',
      body: { apiVersion: 'v1', kind: 'Secret' },
      text: 'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    },
    {
      path: 'configmaps',
      body: { metadata: { name: 'x', namespace: 'other' } },
      text: 'the namespace of the provided object does not match the namespace sent on the request',
    },
  ])('cannot read $body', async ({ path, body, text }) => {
    const { kube, core, apps } = cluster();
    const whole = path.startsWith('apps:') ? `${apps}/${path.slice(5)}` : `${core}/${path}`;
    const reply = await kube.post(whole, { metadata: { name: 'unread' }, ...(body as JsonObject) });
    expect([reply.code, reply.body.reason, reply.body.message]).toEqual([400, 'BadRequest', text]);
  });

  it('warns of unknown and of repeated fields', async () => {
    const { kube, core } = cluster();
    const text = '{"metadata":{"name":"warned"},"foo":1,"data":{"a":"b","a":"c"}}';
    const { code, body, warnings } = await kube.ask('POST', `${core}/configmaps`, text);
    expect([code, body.data]).toEqual([201, { a: 'c' }]);
    expect(warnings).toEqual(['unknown field "foo"', 'duplicate field "data.a"']);
    const silent = await kube.ask(
      'POST',
      `${core}/configmaps?fieldValidation=Ignore&dryRun=All`,
      text.replace('warned', 'silent'),
    );
    expect(silent.warnings).toEqual([]);
    const strict = await kube.ask(
      'POST',
      `${core}/configmaps?fieldValidation=Strict&dryRun=All`,
      text.replace('warned', 'strict'),
    );
    expect([strict.code, strict.body.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo", duplicate field "data.a"',
    ]);
  });

  it('blames a patch for what it makes unreadable', async () => {
    const { kube, core } = cluster();
    await kube.post(`${core}/configmaps`, { metadata: { name: 'patched' } });
    const { code, body } = await kube.patch(`${core}/configmaps/patched`, { data: { a: 1 } }, mergeType);
    expect(code).toBe(422);
    expect(body.message).toMatch(
      /^ "" is invalid: patch: Invalid value: ".*": json: cannot unmarshal number into Go struct field ConfigMap\.data of type string$/s,
    );
    expect(body.details.causes[0].field).toBe('patch');
  });
});
