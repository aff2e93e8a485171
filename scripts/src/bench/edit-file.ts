import { loadAll } from 'js-yaml';
import type { Measurement } from './row.ts';
import { median } from './statistics.ts';

/** The daemon is a program and no library: what is measured of it is loaded by its place. */
const editorFile = new URL('../../../packages/daemon/src/manifests/edit/edit-file.ts', import.meta.url);

interface Editor {
  editFile(text: string, edits: readonly object[]): string;
}

/** Pairs of runs, behind some that nobody counts, in which the code gets warm. */
const pairs = 25;
const warmUp = 15;
const lines = 5_000;

/** How long it takes to edit one image of a long document, its proof included, beside a js-yaml load of the file. */
export const editDocument: Measurement = (signal) => {
  const text = deployment('app', Math.ceil(lines / linesOfContainer));
  return measure('edit: one image in 5,000 lines', text, 1, 4, signal);
};

/** The same in a file of many documents, of which only one is read. */
export const editOneOfMany: Measurement = (signal) => {
  const one = deployment('app', 2);
  const text = `${one}---\n`.repeat(Math.ceil(lines / one.split('\n').length));
  return measure('edit: one image in many documents', text, 50, 1.5, signal);
};

async function measure(what: string, text: string, document: number, goal: number, signal: AbortSignal) {
  const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };
  const edits = [{ document, target, images: [{ container: 'c1', image: 'example.com/app:2' }] }];
  const { editFile }: Editor = await import(editorFile.href);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < warmUp + pairs; run += 1) {
    signal.throwIfAborted();
    const load = timeOf(() => loadAll(text));
    const edit = timeOf(() => editFile(text, edits));
    if (run < warmUp) continue;
    theirs.push(load);
    ours.push(edit);
  }
  return {
    what,
    against: 'js-yaml load',
    ours: median(ours),
    theirs: median(theirs),
    ratio: median(ours.map((time, index) => time / (theirs[index] ?? Number.NaN))),
    goal,
    runs: pairs,
  };
}

function timeOf(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
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
