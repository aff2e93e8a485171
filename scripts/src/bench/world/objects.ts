import type { JsonObject } from '@fluxctl/shared/kube-object';
import { load } from 'js-yaml';
import { createRandom } from './random.ts';

/** An object of the bench, as a file of a repository has it. */
export interface BenchObject {
  readonly kind: 'Deployment' | 'ConfigMap' | 'Service' | 'Widget';
  readonly name: string;
  readonly namespace: string;
  /** Of its file. */
  readonly path: string;
  readonly yaml: string;
}

export interface ObjectOptions {
  readonly count: number;
  readonly namespace: string;
  readonly filesPerFolder: 1 | 100;
  /** Of which kinds, in turn; by default Deployments, ConfigMaps and Services, and one Widget in twenty. */
  readonly kinds?: readonly BenchObject['kind'][];
  /** The image of a Deployment; `example.com/team/app-7:1.0.0` by default. */
  readonly image?: (index: number) => string;
  /** Further annotations of Deployments, a line each. */
  readonly annotations?: readonly string[];
}

/** What the Widgets are; the API server must know it. */
export const widgetDefinition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.example.com' },
  spec: {
    group: 'bench.example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'integer' },
                  parts: { type: 'array', items: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Where objects of a kind are found in the API. */
export const collections = {
  Deployment: { prefix: '/apis/apps/v1', plural: 'deployments' },
  ConfigMap: { prefix: '/api/v1', plural: 'configmaps' },
  Service: { prefix: '/api/v1', plural: 'services' },
  Widget: { prefix: '/apis/bench.example.com/v1', plural: 'widgets' },
} as const satisfies Record<BenchObject['kind'], { prefix: string; plural: string }>;

export function collectionPath(kind: BenchObject['kind'], namespace: string): string {
  const { prefix, plural } = collections[kind];
  return `${prefix}/namespaces/${namespace}/${plural}`;
}

const seed = 5;
const inTurn = ['Deployment', 'ConfigMap', 'Service'] as const;

/** Always the same for the same options. */
export function benchObjects(options: ObjectOptions): readonly BenchObject[] {
  const { count, namespace, filesPerFolder, image = usualImage, annotations = [] } = options;
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index): BenchObject => {
    const kind = options.kinds?.[index % options.kinds.length] ?? usualKind(index);
    const name = `${kind.toLowerCase()}-${index}`;
    const path = `apps/folder-${Math.floor(index / filesPerFolder)}/${name}.yaml`;
    const write = { Deployment: deployment, ConfigMap: configMap, Service: service, Widget: widget }[kind];
    const yaml = write({ name, namespace, index, random, image, annotations });
    return { kind, name, namespace, path, yaml };
  });
}

/** As a repository has them. */
export function filesOf(objects: readonly BenchObject[]): Record<string, string> {
  return Object.fromEntries(objects.map(({ path, yaml }) => [path, yaml]));
}

export function bodyOf({ yaml }: BenchObject): JsonObject {
  return load(yaml) as JsonObject;
}

function usualKind(index: number): BenchObject['kind'] {
  return index % 20 === 19 ? 'Widget' : (inTurn[index % inTurn.length] ?? 'ConfigMap');
}

function usualImage(index: number): string {
  return `example.com/team/app-${index % 50}:1.0.0`;
}

interface Writing {
  readonly name: string;
  readonly namespace: string;
  readonly index: number;
  readonly random: () => number;
  readonly image: (index: number) => string;
  readonly annotations: readonly string[];
}

function head(apiVersion: string, kind: string, { name, namespace, index }: Writing): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
    team: team-${index % 17}
`;
}

function deployment(writing: Writing): string {
  const { name, index, random, image, annotations } = writing;
  const lines = annotations.map((line) => `    ${line}\n`).join('');
  return `${head('apps/v1', 'Deployment', writing)}${lines && `  annotations:\n${lines}`}spec:
  replicas: ${1 + Math.floor(random() * 3)}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: app
        image: ${image(index)} # followed by the daemon
        args: [--port=8080, --verbose]
        env:
        - name: LEVEL
          value: "info"
        - name: SHARE
          value: "${random().toFixed(6)}"
        - name: NODE
          valueFrom:
            fieldRef: {fieldPath: spec.nodeName}
        ports:
        - name: http
          containerPort: 8080
        readinessProbe:
          httpGet: {path: /healthz, port: http}
          periodSeconds: 5
        resources:
          requests: {cpu: 10m, memory: 32Mi}
          limits:
            memory: ${64 + Math.floor(random() * 64)}Mi
`;
}

function configMap(writing: Writing): string {
  const { random } = writing;
  const lines = Array.from({ length: 4 + Math.floor(random() * 24) }, (_, at) => {
    return `    setting.${at} = ${random().toString(36).slice(2)}\n`;
  });
  return `${head('v1', 'ConfigMap', writing)}data:
  value: "one"
  app.conf: |
${lines.join('')}`;
}

function service(writing: Writing): string {
  return `${head('v1', 'Service', writing)}spec:
  selector:
    app: ${writing.name}
  ports:
  - name: http
    port: 80
    targetPort: http
`;
}

function widget(writing: Writing): string {
  return `${head('bench.example.com/v1', 'Widget', writing)}spec:
  size: ${Math.floor(writing.random() * 100)}
  parts: [one, two, three]
`;
}
