import type { JsonObject } from '@fluxctl/shared/kube-object';

/** What the manifests depend on; as the flags of `install` say it. */
export interface InstallOptions {
  readonly namespace: string;
  /** The daemon's image. */
  readonly image: string;
  readonly gitUrl: string;
  readonly gitBranch: string;
  readonly gitPaths: readonly string[];
  /** Empty: the daemon's own defaults. */
  readonly gitLabel: string;
  readonly gitUser: string;
  readonly gitEmail: string;
  readonly gitReadonly: boolean;
  readonly manifestGeneration: boolean;
  readonly registryDisableScanning: boolean;
  readonly addSecurityContext: boolean;
}

/** A file of manifests. */
export interface ManifestFile {
  readonly name: string;
  readonly objects: readonly JsonObject[];
}

const daemon = {
  name: 'flux',
  labels: { name: 'flux' },
  secret: 'flux-git-deploy',
  apiPort: 3030,
  metricsPort: 3031,
  keygenDir: '/var/fluxd/keygen',
  keyDir: '/etc/fluxd/ssh',
} as const;

const cache = {
  name: 'memcached',
  labels: { name: 'memcached' },
  image: 'memcached:1.6.10-alpine',
  port: 11211,
  user: 11211,
} as const;

const linuxNodes = { 'beta.kubernetes.io/os': 'linux' } as const;
const rbacGroup = 'rbac.authorization.k8s.io';
const ownerMayRead = 0o400;

/** The files of an installation, in the order in which they are written. */
export function manifestFiles(options: InstallOptions): ManifestFile[] {
  const { namespace } = options;
  const files: ManifestFile[] = [
    {
      name: 'flux-account.yaml',
      objects: [serviceAccount(namespace), clusterRole(), clusterRoleBinding(namespace)],
    },
    { name: 'flux-deployment.yaml', objects: [daemonDeployment(options)] },
    { name: 'flux-secret.yaml', objects: [deployKeySecret(namespace)] },
  ];
  if (options.registryDisableScanning) return files;
  return [
    ...files,
    { name: 'memcache-dep.yaml', objects: [cacheDeployment(options)] },
    { name: 'memcache-svc.yaml', objects: [cacheService(namespace)] },
  ];
}

function serviceAccount(namespace: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: daemon.name, namespace, labels: { ...daemon.labels } },
  };
}

function clusterRole(): JsonObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRole',
    metadata: { name: daemon.name, labels: { ...daemon.labels } },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  };
}

function clusterRoleBinding(namespace: string): JsonObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: daemon.name, labels: { ...daemon.labels } },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: daemon.name },
    subjects: [{ kind: 'ServiceAccount', name: daemon.name, namespace }],
  };
}

function daemonDeployment(options: InstallOptions): JsonObject {
  const probe = (): JsonObject => ({
    httpGet: { port: daemon.apiPort, path: '/api/flux/v6/identity.pub' },
    initialDelaySeconds: 5,
    timeoutSeconds: 5,
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: daemon.name, namespace: options.namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { ...daemon.labels } },
      strategy: { type: 'Recreate' },
      template: {
        metadata: {
          annotations: { 'prometheus.io/port': String(daemon.metricsPort) },
          labels: { ...daemon.labels },
        },
        spec: {
          nodeSelector: { ...linuxNodes },
          serviceAccountName: daemon.name,
          volumes: [
            { name: 'git-key', secret: { secretName: daemon.secret, defaultMode: ownerMayRead } },
            { name: 'git-keygen', emptyDir: { medium: 'Memory' } },
          ],
          containers: [
            {
              name: daemon.name,
              image: options.image,
              imagePullPolicy: 'IfNotPresent',
              resources: { requests: { cpu: '50m', memory: '64Mi' } },
              ports: [{ containerPort: daemon.apiPort }],
              livenessProbe: probe(),
              readinessProbe: probe(),
              volumeMounts: [
                { name: 'git-key', mountPath: daemon.keyDir, readOnly: true },
                { name: 'git-keygen', mountPath: daemon.keygenDir },
              ],
              args: daemonArgs(options),
            },
          ],
        },
      },
    },
  };
}

function daemonArgs(options: InstallOptions): string[] {
  return [
    // Empty: memcached is found by its name in the daemon's own namespace, not by an SRV record.
    '--memcached-service=',
    `--ssh-keygen-dir=${daemon.keygenDir}`,
    `--git-url=${options.gitUrl}`,
    `--git-branch=${options.gitBranch}`,
    ...(options.gitPaths.length > 0 ? [`--git-path=${options.gitPaths.join(',')}`] : []),
    ...(options.gitLabel === '' ? [] : [`--git-label=${options.gitLabel}`]),
    ...(options.gitUser === '' ? [] : [`--git-user=${options.gitUser}`]),
    `--git-email=${options.gitEmail}`,
    ...(options.gitReadonly ? ['--git-readonly'] : []),
    ...(options.manifestGeneration ? ['--manifest-generation=true'] : []),
    `--listen-metrics=:${daemon.metricsPort}`,
    ...(options.registryDisableScanning ? ['--registry-disable-scanning'] : []),
  ];
}

/** The daemon stores its key here; it starts without one. */
function deployKeySecret(namespace: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: daemon.secret, namespace },
    type: 'Opaque',
  };
}

function cacheDeployment({ namespace, addSecurityContext }: InstallOptions): JsonObject {
  const securityContext = {
    runAsUser: cache.user,
    runAsGroup: cache.user,
    allowPrivilegeEscalation: false,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: cache.name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { ...cache.labels } },
      template: {
        metadata: { labels: { ...cache.labels } },
        spec: {
          nodeSelector: { ...linuxNodes },
          containers: [
            {
              name: cache.name,
              image: cache.image,
              imagePullPolicy: 'IfNotPresent',
              args: ['-m 512', '-I 5m', `-p ${cache.port}`],
              ports: [{ name: 'clients', containerPort: cache.port }],
              ...(addSecurityContext ? { securityContext } : {}),
            },
          ],
        },
      },
    },
  };
}

function cacheService(namespace: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: cache.name, namespace },
    spec: {
      ports: [{ name: cache.name, port: cache.port }],
      selector: { ...cache.labels },
    },
  };
}
