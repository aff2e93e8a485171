import { readFileSync } from 'node:fs';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kube, type Reply } from './kube.ts';

const clusters = clustersUnderTest();
const objects = loadAll(
  readFileSync(new URL('./fixtures/objects.yaml', import.meta.url), 'utf8'),
) as JsonObject[];

/** What differs from one server, or one moment, to the next. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"/g, '"UID"'],
  [/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"TIME"'],
  [/"10\.\d+\.\d+\.\d+"/g, '"ADDRESS"'],
];

/** Nulls say nothing: the real server writes some that Go cannot leave out. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== '');
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutNulls(entry)]));
}

function comparable({ code, body, warnings }: Reply): JsonValue {
  const text = volatile.reduce(
    (text, [pattern, word]) => text.replaceAll(pattern, word),
    JSON.stringify(withoutNulls(body)),
  );
  return { code, warnings: [...warnings], body: JSON.parse(text) };
}

describe.skipIf(clusters.length < 2)('same as a real API server (skipped without KUBEBUILDER_ASSETS)', () => {
  const kubes: Kube[] = [];
  const collections = new Map<string, { readonly plural: string; readonly namespaced: boolean }>();

  beforeAll(async () => {
    for (const cluster of clusters) kubes.push(new Kube(await cluster.start()));
    for (const apiVersion of new Set(objects.map((object) => String(object['apiVersion'])))) {
      const path = `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}`;
      const [reply] = await Promise.all(kubes.map((kube) => kube.get(path)));
      for (const { name, kind, namespaced } of reply?.body.resources ?? []) {
        if (!name.includes('/')) collections.set(`${apiVersion}/${kind}`, { plural: name, namespaced });
      }
    }
  }, 120_000);
  afterAll(async () => {
    for (const kube of kubes) {
      kube.close();
      await kube.access.stop();
    }
  }, 60_000);

  const pathOf = ({ apiVersion, kind }: JsonObject): string => {
    const found = collections.get(`${apiVersion}/${kind}`);
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    return `${root}${found?.namespaced ? '/namespaces/default' : ''}/${found?.plural}`;
  };
  const named = objects.map((object) => ({
    object,
    title: `${object['kind']} ${(object['metadata'] as JsonObject)['name']}`,
  }));

  it.each(named)('creates the $title', async ({ object }) => {
    const path = `${pathOf(object)}?dryRun=All&fieldValidation=Strict`;
    const replies = await Promise.all(kubes.map((kube) => kube.post(path, object)));
    const [sandbox, real] = replies.map(comparable);
    expect(sandbox).toEqual(real);
  });

  it.each(named)('applies the $title', async ({ object }) => {
    const { name } = object['metadata'] as JsonObject;
    const path = `${pathOf(object)}/${name}?dryRun=All`;
    const replies = await Promise.all(kubes.map((kube) => kube.apply(path, object, 'flux', true)));
    const [sandbox, real] = replies.map(comparable);
    expect(sandbox).toEqual(real);
  });
});
