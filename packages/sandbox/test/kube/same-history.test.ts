import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kube, mergeType, type Reply, strategicType } from './kube.ts';

const clusters = clustersUnderTest();

/** A pod template: a big type, and no controller touches it. */
interface Wish {
  readonly labels?: Record<string, string>;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
  readonly args?: readonly string[];
  readonly nodeSelector?: Record<string, string>;
  readonly finalizers?: readonly string[];
  readonly volumes?: readonly JsonObject[];
  readonly sidecar?: boolean;
  readonly hostNetwork?: boolean;
}

type Step =
  | { readonly type: 'apply'; readonly manager: string; readonly force: boolean; readonly wish: Wish }
  | { readonly type: 'merge' | 'strategic'; readonly manager: string; readonly wish: Wish };

const word = fc.constantFrom('a', 'b', 'c');
const labels = fc.dictionary(word, word, { maxKeys: 3 });
const variable = fc.record({ name: fc.constantFrom('X', 'Y', 'Z'), value: word }, { requiredKeys: ['name'] });
const port = fc.record(
  { containerPort: fc.constantFrom(80, 81), protocol: fc.constantFrom('TCP', 'UDP') },
  { requiredKeys: ['containerPort'] },
);
const volume = fc.oneof(
  fc.constant({ name: 'v', emptyDir: {} }),
  fc.constant({ name: 'v', configMap: { name: 'm' } }),
  fc.constant({ name: 'w', secret: { secretName: 's', items: [{ key: 'k', path: 'p' }] } }),
);
const unique = <T>(item: fc.Arbitrary<T>, key: (item: T) => unknown) =>
  fc.uniqueArray(item, { maxLength: 3, selector: (each) => JSON.stringify(key(each)) });

const wish = fc.record(
  {
    labels,
    env: unique(variable, ({ name }) => name),
    ports: unique(port, ({ containerPort, protocol = 'TCP' }) => [containerPort, protocol]),
    args: fc.array(word, { maxLength: 2 }),
    nodeSelector: labels,
    finalizers: fc.uniqueArray(fc.constantFrom('x.io/a', 'x.io/b'), { maxLength: 2 }),
    volumes: unique(volume, ({ name }) => name),
    sidecar: fc.boolean(),
    hostNetwork: fc.boolean(),
  },
  { requiredKeys: [] },
);
const manager = fc.constantFrom('one', 'two', 'three');
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('apply' as const), manager, force: fc.boolean(), wish }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom('merge' as const, 'strategic' as const), manager, wish }),
  },
);

function bodyOf(name: string, wish: Wish): JsonObject {
  const { labels, finalizers, env, ports, args, nodeSelector, volumes, sidecar, hostNetwork } = wish;
  const container = {
    name: 'c',
    image: 'i:1',
    ...(env && { env }),
    ...(ports && { ports }),
    ...(args && { args }),
  };
  const containers = [container, ...(sidecar ? [{ name: 'd', image: 'j:1' }] : [])];
  const spec = {
    containers,
    ...(nodeSelector && { nodeSelector }),
    ...(volumes && { volumes }),
    ...(hostNetwork !== undefined && { hostNetwork }),
  };
  return {
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { name, ...(labels && { labels }), ...(finalizers && { finalizers }) },
    template: { metadata: { labels: { app: 'x' } }, spec },
  } as unknown as JsonObject;
}

function comparable({ code, body }: Reply): JsonValue {
  if (body.kind === 'Status') {
    // Which manager's conflicts come first is a matter of chance on a real server.
    const causes = (body.details?.causes ?? []).map((cause: JsonObject) => JSON.stringify(cause)).sort();
    return { code, message: body.message, causes };
  }
  const { managedFields = [], labels = {}, finalizers = [], generation } = body.metadata;
  return {
    code,
    generation,
    labels,
    finalizers,
    template: body.template,
    managers: managedFields
      .map(({ time: _, ...entry }: JsonObject) => entry)
      .sort((a: JsonObject, b: JsonObject) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

describe.skipIf(clusters.length < 2)(
  'the same history as a real API server (skipped without KUBEBUILDER_ASSETS)',
  () => {
    const kubes: Kube[] = [];
    beforeAll(async () => {
      for (const cluster of clusters) kubes.push(new Kube(await cluster.start()));
    }, 120_000);
    afterAll(async () => {
      for (const kube of kubes) {
        kube.close();
        await kube.access.stop();
      }
    }, 60_000);

    const collection = '/api/v1/namespaces/default/podtemplates';
    const take = (kube: Kube, name: string, step: Step): Promise<Reply> => {
      const path = `${collection}/${name}`;
      const body = bodyOf(name, step.wish);
      if (step.type === 'apply') return kube.apply(path, body, step.manager, step.force);
      const type = step.type === 'merge' ? mergeType : strategicType;
      return kube.patch(`${path}?fieldManager=${step.manager}`, body, type);
    };

    it('whatever appliers and patchers do to an object', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (drawn) => {
          const steps = drawn as readonly Step[];
          const name = `h${run++}`;
          for (const step of steps) {
            const [sandbox, real] = (await Promise.all(kubes.map((kube) => take(kube, name, step)))).map(
              comparable,
            );
            expect(sandbox).toEqual(real);
          }
        }),
        {
          numRuns: Number(process.env['HISTORY_RUNS'] ?? 60),
          seed: Number(process.env['HISTORY_SEED'] ?? 7),
        },
      );
    }, 300_000);
  },
);
