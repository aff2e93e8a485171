import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { KubeClient } from './kube-client.ts';
import { metadataOnly } from './object-metadata.ts';
import { type ReflectorSink, startReflector } from './reflector.ts';
import type { Served } from './served-kinds.ts';

/** Says when what is served may have changed: CRDs and aggregated APIs came, went or moved. */
export interface DefinitionWatch {
  /** Begins once; until then nothing is asked. */
  start(): void;
  /** Whether changes will be told. */
  isWatching(): boolean;
  /** Whether a CRD is there whose kind is not served (yet). */
  missingIn(served: Served): boolean;
}

const paths = {
  crds: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  services: '/apis/apiregistration.k8s.io/v1/apiservices',
} as const;

export function startDefinitionWatch(
  ports: { readonly client: KubeClient; readonly random: () => number; readonly signal: AbortSignal },
  onChange: () => void,
  /** What was there when the watch began; something may have come since the last look at what is served. */
  onFirstList: () => void,
): DefinitionWatch {
  /** Names of the CRDs: `plural.group`. */
  const crds = new Set<string>();
  const watching = { crds: false, services: false };
  let started = false;

  const follow = (what: keyof typeof paths, names: Set<string>): void => {
    let listedNames = new Set<string>();
    const sink: ReflectorSink = {
      relist: () => {
        listedNames = new Set();
      },
      upsert(object) {
        listedNames.add(nameOf(object));
        names.add(nameOf(object));
        if (watching[what]) onChange();
      },
      remove(object) {
        names.delete(nameOf(object));
        onChange();
      },
      listed() {
        for (const name of names) if (!listedNames.has(name)) names.delete(name);
        const isFirst = !watching[what];
        watching[what] = true;
        if (isFirst) onFirstList();
        else onChange();
      },
    };
    const onRefused = (): void => {
      watching[what] = false;
    };
    const { client, random, signal } = ports;
    startReflector({ client, path: paths[what], accept: metadataOnly.list, sink, random, onRefused }, signal);
  };

  return {
    start() {
      if (started) return;
      started = true;
      follow('crds', crds);
      follow('services', new Set());
    },
    isWatching: () => watching.crds,
    missingIn: ({ versions }) => {
      const served = new Set<string>();
      for (const kinds of versions.values()) {
        for (const { plural, group } of kinds.values()) served.add(`${plural}.${group}`);
      }
      return [...crds].some((name) => !served.has(name));
    },
  };
}

function nameOf(object: JsonObject): string {
  return String((object['metadata'] as { name?: unknown } | undefined)?.name);
}
