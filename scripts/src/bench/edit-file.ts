import { loadAll } from 'js-yaml';
import { editFile } from '#daemon/manifests/edit/edit-file';
import type { Measurement } from './bench.ts';
import { compare, timeOf } from './compare.ts';
import type { Row } from './row.ts';

/** Runs in which the code gets warm. */
const warmUp = 15;
const lines = 5_000;

/**
 * How long it takes to edit one image of a long document, its proof included, beside a js-yaml load of the
 * file; and the same in a file of many documents, of which only one is read.
 */
export const edits: Measurement = {
  name: 'edit',
  inQuick: true,
  async measure({ quick }) {
    const pairs = quick ? 9 : 25;
    const long = deployment('app', Math.ceil(lines / linesOfContainer));
    const one = deployment('app', 2);
    const many = `${one}---\n`.repeat(Math.ceil(lines / one.split('\n').length));
    return [
      await row('edit: one image in 5,000 lines', { text: long, document: 1, goal: 4, pairs }),
      await row('edit: one image in many documents', { text: many, document: 50, goal: 1.5, pairs }),
    ];
  },
};

async function row(
  what: string,
  {
    text,
    document,
    goal,
    pairs,
  }: { readonly text: string; readonly document: number; readonly goal: number; readonly pairs: number },
): Promise<Row> {
  const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };
  const wanted = [{ document, target, images: [{ container: 'c1', image: 'example.com/app:2' }] }];
  const figures = await compare({
    pairs,
    warmUp,
    ours: () => timeOf(() => editFile(text, wanted)),
    theirs: () => timeOf(() => loadAll(text)),
  });
  return { what, unit: 'ms', against: 'js-yaml load', ...figures, goal: { ratio: goal } };
}

const linesOfContainer = 16;

function deployment(name: string, containers: number): string {
  const each = Array.from({ length: containers }, (_, at) => container(`c${at}`)).join('');
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n${each}`;
}

function container(name: string): string {
  return `\
      - name: ${name}
        image: example.com/app:1 # by the daemon
        args: [--port=8080, --verbose]
        env:
        - name: LEVEL
          value: "info"
        - name: NODE
          valueFrom:
            fieldRef: {fieldPath: spec.nodeName}
        # measured
        resources:
          limits:
            memory: 100Mi
            cpu: 100m
        ports:
        - containerPort: 8080
`;
}
