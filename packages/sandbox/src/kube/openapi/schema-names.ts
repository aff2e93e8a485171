/** Where the types of the data file come from: its short names are the last three parts of these. */
const packages: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** `apps.v1.Deployment` to `io.k8s.api.apps.v1.Deployment`. */
export function openApiName(name: string): string {
  const [group = '', ...rest] = name.split('.');
  return [packages[group] ?? `io.k8s.api.${group}`, ...rest].join('.');
}

/** The name of a custom kind's schema: its group reversed, as real servers do it. */
export function customOpenApiName(group: string, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}
