import type { Flag, FlagValues } from '@fluxctl/shared/flags/flag';
import type { ParsedFlags } from '@fluxctl/shared/flags/parse-flags';

export interface Option extends Flag {
  /** Understood, because Flux v1 has it, but nothing comes of it in this version. */
  readonly idle?: true;
  /**
   * As `idle`, but to go on without it would do harm: what would happen. The daemon does not start with it.
   */
  readonly refused?: string;
}

/**
 * Every option of fluxd: help, parsing and docs use the same rows. Names, types and defaults are Flux
 * v1's, unless the row says that the option is new.
 */
export const options = {
  'log-format': { type: 'string', fallback: 'fmt', help: 'change the log format: fmt or json' },
  listen: {
    type: 'string',
    fallback: ':3030',
    short: 'l',
    help: 'listen address where /metrics and API will be served',
  },
  'listen-metrics': { type: 'string', fallback: '', help: 'listen address for /metrics endpoint' },
  'api-trust': {
    type: 'string',
    fallback: 'loopback',
    help: 'who may use the API without a token: none, loopback (also a port-forward), or all (as Flux v1)',
  },
  'api-token-file': {
    type: 'string',
    fallback: '',
    help: 'file with tokens, one a line, that let other callers use the API; read again when it changes',
  },
  'kubernetes-kubectl': { type: 'string', fallback: '', help: 'kubectl is not needed any more', idle: true },
  connect: { type: 'string', fallback: '', help: 'connect to an upstream service', idle: true },
  token: { type: 'string', fallback: '', help: 'token for the upstream service', idle: true },
  'rpc-timeout': {
    type: 'duration',
    fallback: '10s',
    help: 'limit for operations asked by upstream',
    idle: true,
  },
  'manifest-generation': {
    type: 'switch',
    fallback: 'false',
    help: 'honour .flux.yaml files',
    refused: 'raw files would be applied, and what generators made would be taken for garbage',
  },

  'git-url': {
    type: 'string',
    fallback: '',
    help: 'URL of git repo with Kubernetes manifests; e.g., git@github.com:fluxcd/flux-get-started',
  },
  'git-branch': {
    type: 'string',
    fallback: 'master',
    help: 'branch of git repo to use for Kubernetes manifests',
  },
  'git-path': {
    type: 'list',
    fallback: '',
    help: 'relative paths within the git repo to locate Kubernetes manifests',
  },
  'git-readonly': {
    type: 'switch',
    fallback: 'false',
    help: 'never write to the git repo; implies --sync-state=secret',
  },
  'git-user': { type: 'string', fallback: 'Weave Flux', help: 'username to use as git committer' },
  'git-email': { type: 'string', fallback: 'support@weave.works', help: 'email to use as git committer' },
  'git-set-author': {
    type: 'switch',
    fallback: 'false',
    help: 'set the author of commits to the user who asked for them',
  },
  'git-label': {
    type: 'string',
    fallback: '',
    help: 'label to keep track of sync progress; overrides both --git-sync-tag and --git-notes-ref',
  },
  'git-sync-tag': {
    type: 'string',
    fallback: 'flux-sync',
    help: 'tag to use to mark sync progress for this cluster',
  },
  'git-notes-ref': {
    type: 'string',
    fallback: 'flux',
    help: 'ref to use for keeping commit annotations in git notes',
  },
  'git-ci-skip': {
    type: 'switch',
    fallback: 'false',
    help: 'append "[ci skip]" to commit messages so that CI will skip builds',
  },
  'git-ci-skip-message': {
    type: 'string',
    fallback: '',
    help: 'additional text for commit messages, useful for skipping builds in CI',
  },
  'git-poll-interval': {
    type: 'duration',
    fallback: '5m0s',
    help: 'period at which to poll git repo for new commits',
  },
  'git-timeout': { type: 'duration', fallback: '20s', help: 'duration after which git operations time out' },
  'git-secret': {
    type: 'switch',
    fallback: 'false',
    help: 'run git-secret on the repo',
    refused: 'what is encrypted would be missing',
  },
  sops: {
    type: 'switch',
    fallback: 'false',
    help: 'decrypt SOPS files',
    refused: 'encrypted manifests would be applied as they are',
  },
  'git-gpg-key-import': {
    type: 'list',
    fallback: '',
    help: 'files, or folders of files, with GPG keys to import at start',
  },
  'git-signing-key': {
    type: 'string',
    fallback: '',
    help: 'GPG key to sign commits and the sync tag with; it must have no passphrase',
  },
  'git-verify-signatures-mode': {
    type: 'string',
    fallback: '',
    help: 'which commits must be signed: none, all or first-parent',
    refused: 'commits would be applied whoever signed them',
  },
  'git-verify-signatures': {
    type: 'switch',
    fallback: 'false',
    help: 'verify signatures of commits',
    deprecated: 'changed to --git-verify-signatures-mode, use that instead',
    refused: 'commits would be applied whoever signed them',
  },

  'sync-interval': {
    type: 'duration',
    fallback: '5m0s',
    help: 'compare the cluster with git at least this often, even if there are no new commits',
  },
  'sync-timeout': {
    type: 'duration',
    fallback: '1m0s',
    help: 'duration without progress after which a sync is given up',
  },
  'sync-garbage-collection': {
    type: 'switch',
    fallback: 'false',
    help: 'delete resources that were created by fluxd, but are no longer in the git repo',
  },
  'sync-garbage-collection-dry': {
    type: 'switch',
    fallback: 'false',
    help: 'only log what would be garbage collected, rather than deleting',
  },
  'sync-state': {
    type: 'string',
    fallback: 'git',
    help: 'where to keep the sync state: git (a tag), or secret (an annotation on the secret)',
  },

  'registry-disable-scanning': {
    type: 'switch',
    fallback: 'false',
    help: 'do not scan container image registries',
  },
  'automation-interval': {
    type: 'duration',
    fallback: '5m0s',
    help: 'period at which to check for image updates for automated workloads',
  },
  'registry-poll-interval': {
    type: 'duration',
    fallback: '5m0s',
    help: 'period at which to check for updated images',
    deprecated: 'changed to --automation-interval, use that instead',
  },
  'automation-freeze': {
    type: 'string',
    fallback: '',
    help: 'times in which nothing is updated automatically, as "Fri 16:00-Mon 08:00 Europe/Berlin" or "22:00-06:00"; several with ; between them',
  },
  'registry-rps': {
    type: 'number',
    fallback: '50',
    help: 'maximum requests per second and host to registries',
  },
  'registry-burst': {
    type: 'integer',
    fallback: '10',
    help: 'maximum connections per host to registries',
  },
  'registry-trace': { type: 'switch', fallback: 'false', help: 'log requests to registries' },
  'registry-insecure-host': {
    type: 'list',
    fallback: '',
    help: 'registry hosts to be used without TLS verification',
  },
  'registry-exclude-image': {
    type: 'list',
    fallback: 'k8s.gcr.io/*',
    help: 'do not scan images that match these globs',
  },
  'registry-include-image': {
    type: 'list',
    fallback: '',
    help: 'scan only images that match these globs',
  },
  'registry-platform': {
    type: 'list',
    fallback: '',
    help: "platforms for which images are taken, as linux/arm64, the preferred one first; those of the cluster's nodes unless given",
  },
  'registry-use-labels': {
    type: 'list',
    fallback: 'index.docker.io/weaveworks/*,index.docker.io/fluxcd/*',
    help: 'images whose time is read from their labels',
  },
  'registry-ecr-region': { type: 'list', fallback: '', help: 'AWS regions of ECR to scan' },
  'registry-ecr-include-id': { type: 'list', fallback: '', help: 'AWS accounts of ECR to scan' },
  'registry-ecr-exclude-id': {
    type: 'list',
    fallback: '602401143452,918309763551',
    help: 'AWS accounts of ECR not to scan',
  },
  'registry-require': {
    type: 'list',
    fallback: '',
    help: 'registries that must be usable at start; only ecr is known',
  },
  'registry-cache-expiry': {
    type: 'duration',
    fallback: '0s',
    help: 'expiry of cached image info',
    deprecated: 'no longer used; cache entries are expired adaptively according to how often they change',
    idle: true,
  },
  'docker-config': {
    type: 'string',
    fallback: '',
    help: 'path to a docker config to use for image registry credentials',
  },
  'memcached-hostname': {
    type: 'string',
    fallback: 'memcached',
    help: 'hostname for memcached service; image data is kept there if any of these flags is given, else in memory',
  },
  'memcached-port': { type: 'integer', fallback: '11211', help: 'memcached service port' },
  'memcached-timeout': {
    type: 'duration',
    fallback: '1s',
    help: 'maximum time to wait before giving up on memcached requests',
  },
  'memcached-service': {
    type: 'string',
    fallback: 'memcached',
    help: 'SRV service used to discover memcache servers; empty for the one at hostname and port',
  },

  'k8s-secret-name': {
    type: 'string',
    fallback: 'flux-git-deploy',
    help: 'name of the k8s secret used to store the private SSH key',
  },
  'k8s-secret-volume-mount-path': {
    type: 'string',
    fallback: '/etc/fluxd/ssh',
    help: 'mount location of the k8s secret storing the private SSH key',
  },
  'k8s-secret-data-key': {
    type: 'string',
    fallback: 'identity',
    help: 'data key holding the private SSH key within the k8s secret',
  },
  'k8s-namespace': {
    type: 'string',
    fallback: '',
    help: "the daemon's own namespace, where its secret is; the pod's or the kubeconfig's unless given",
  },
  'k8s-allow-namespace': {
    type: 'list',
    fallback: '',
    help: 'restrict all operations to the provided namespaces',
  },
  'k8s-namespace-whitelist': {
    type: 'list',
    fallback: '',
    help: 'restrict all operations to the provided namespaces',
    deprecated: 'changed to --k8s-allow-namespace, use that instead',
  },
  'k8s-default-namespace': {
    type: 'string',
    fallback: '',
    help: 'the namespace to use for resources where a namespace is not specified',
  },
  'k8s-unsafe-exclude-resource': {
    type: 'list',
    fallback: '*metrics.k8s.io/*,webhook.certmanager.k8s.io/*,v1/Event',
    help: 'do not look at cluster resources whose group/version/Kind matches these globs; potentially unsafe',
  },
  'k8s-verbosity': { type: 'integer', fallback: '0', help: 'klog verbosity level', idle: true },
  'k8s-in-cluster': {
    type: 'switch',
    fallback: 'true',
    help: 'use the service account of the pod',
    deprecated: 'no longer used; the service account is used where there is one',
    idle: true,
  },
  'kube-config': {
    type: 'string',
    fallback: '',
    help: 'kubeconfig to use; else KUBECONFIG, the service account, then ~/.kube/config',
  },
  'kube-context': { type: 'string', fallback: '', help: 'context of the kubeconfig to use' },
  'ssh-keygen-bits': {
    type: 'integer',
    fallback: '',
    help: 'bits argument to ssh-keygen (default 3072 for RSA)',
  },
  'ssh-keygen-type': { type: 'string', fallback: '', help: 'type argument to ssh-keygen (default rsa)' },
  'ssh-keygen-format': { type: 'string', fallback: '', help: 'format argument to ssh-keygen' },
  'ssh-keygen-dir': {
    type: 'string',
    fallback: '',
    help: 'directory, ideally on a tmpfs volume, in which to generate new SSH keys',
  },
  'ssh-known-hosts': {
    type: 'string',
    fallback: '',
    help: 'known_hosts file, added to the built-in and the mounted ones',
  },
  version: { type: 'switch', fallback: 'false', help: 'get version number' },
  help: { type: 'switch', fallback: 'false', short: 'h', help: 'show this help' },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof options;

/** The values of all options, by name. */
export type OptionValues = FlagValues<typeof options>;

/** The command line, read. */
export type ParsedOptions = ParsedFlags<typeof options>;
