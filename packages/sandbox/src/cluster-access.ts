/** How to reach a Kubernetes API server that tests and the demo run against: the sandbox's or a real one. */
export interface ClusterAccess {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** PEM of the certificate authority. */
  readonly ca: string;
  /** Bearer token of an administrator. */
  readonly token: string;
  /** A complete kubeconfig, as YAML, with one context named `sandbox` or `real`. */
  readonly kubeconfig: string;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}
