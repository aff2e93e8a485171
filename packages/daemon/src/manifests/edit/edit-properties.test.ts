import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ImagePlace,
  RandomManifest,
  type RandomObject,
  Tape,
} from '../../../test/fakes/random-manifest.ts';
import { marks } from '../../../test/fakes/yaml-text.ts';
import { composeDocument } from '../yaml/compose.ts';
import { splitDocuments } from '../yaml/documents.ts';
import { toJson } from '../yaml/to-json.ts';
import { editFile, type ObjectEdit } from './edit-file.ts';
import { EditProblem } from './edit-problem.ts';

/** Bounded in time; what was run before the time is up counts. A failure prints the seed and the tape. */
const runs = { numRuns: 400, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false };
const tapes = fc.array(fc.nat({ max: 5_000 }), { minLength: 100, maxLength: 500, size: 'max' });
const manifests = tapes.map((tape) => new RandomManifest(new Tape(tape)));

/** What the documents of a file mean to the loader. */
function read(text: string): unknown[] {
  const documents = [...splitDocuments(text.replace(/^\uFEFF/, ''))];
  return documents.map((slice) => JSON.parse(JSON.stringify(toJson(composeDocument(slice.text).root))));
}

const targetOf = ({ kind, object }: Pick<ImagePlace, 'kind' | 'object'>) => ({
  kind,
  name: object,
  isNamespace: () => true,
});

function imageEdits(images: readonly ImagePlace[], slots: readonly string[]): ObjectEdit[] {
  const objects = Map.groupBy(images, ({ document, object }) => `${document} ${object}`);
  return [...objects.values()].flatMap((some) => {
    const [first] = some;
    if (!first) return [];
    const edits = some.map(({ container, prefix, slot }) => ({ container, image: prefix + slots[slot] }));
    return [{ document: first.document, target: targetOf(first), images: edits }];
  });
}

describe('images of random manifests', () => {
  it('change in their own bytes, read as intended, and change back to the very text', () => {
    fc.assert(
      fc.property(manifests, tapes, tapes, (manifest, first, second) => {
        const old = manifest.slots(new Tape(first));
        const choice = new Tape(second);
        const next = manifest.slots(choice);
        // of images that an anchor shares, all or none
        const changed = old.map((_, slot) => (choice.rarely(3) ? old[slot] : next[slot]) ?? '');
        const some = manifest.images.filter(({ slot }) => changed[slot] !== old[slot]);
        const before = manifest.text(old);
        expect(read(before)).toEqual(manifest.meaning(old));
        const after = editFile(before, imageEdits(some, changed));
        expect(after).toBe(manifest.text(changed));
        expect(read(after)).toEqual(manifest.meaning(changed));
        expect(editFile(after, imageEdits(some, old))).toBe(before);
      }),
      runs,
    );
  });

  it('are refused, all of them, where only some of those that share one through an anchor are meant', () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const slots = manifest.slots(new Tape([]));
        const users = Map.groupBy(manifest.images, ({ slot }) => slot);
        const [shared] = [...users.values()].filter(({ length }) => length > 1);
        if (!shared) return;
        const edits = imageEdits(
          shared.slice(1),
          slots.map((text) => `${text}-next`),
        );
        expect(() => editFile(manifest.text(slots), edits)).toThrow(/^shared through anchor &image\d+: /);
      }),
      runs,
    );
  });
});

describe('annotations of random manifests', () => {
  const keys = ['note0', 'example.com/x1', 'fluxcd.io/tag2', 'fluxcd.io/automated', 'a', 'z'];
  const values = fc.oneof(
    fc.constantFrom('true', '1.10', 'semver:>=1, <2', 'a\nb', "it's", ' x', ''),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  );
  const changes = fc.dictionary(fc.constantFrom(...keys), fc.option(values, { nil: undefined }), {
    noNullPrototype: true,
  });

  it('change among their own lines, and read as intended', () => {
    fc.assert(
      fc.property(manifests, fc.nat(), changes, (manifest, choice, wanted) => {
        const slots = manifest.slots(new Tape([]));
        const object = manifest.objects[choice % manifest.objects.length];
        if (!object) return;
        const before = manifest.text(slots);
        const after = editFile(before, [annotationEdit(object, wanted)]);
        expect(read(after)).toEqual(read(before).map((value, at) => intended(value, at + 1, object, wanted)));
        const { head, tail } = around(manifest, slots, object);
        expect([after.slice(0, head.length), after.slice(after.length - tail.length)]).toEqual([head, tail]);
        for (const text of untouched(manifest, slots, object, wanted)) expect(after).toContain(text);
        expect(after.match(/(?<!\r)\n/g) === null).toBe(before.match(/(?<!\r)\n/g) === null);
        expect(editFile(after, [annotationEdit(object, wanted)])).toBe(after);
      }),
      runs,
    );
  });

  it('that are added to others and taken away again leave the very text', () => {
    fc.assert(
      fc.property(
        manifests,
        fc.nat(),
        fc.array(values, { minLength: 1, maxLength: 3 }),
        (manifest, choice, texts) => {
          const objects = manifest.objects.filter(({ annotations }) => annotations);
          const object = objects[choice % Math.max(1, objects.length)];
          if (!object) return;
          const before = manifest.text(manifest.slots(new Tape([])));
          const added = Object.fromEntries(texts.map((text, at) => [`added${at}`, text]));
          const gone = Object.fromEntries(Object.keys(added).map((key) => [key, undefined]));
          const after = editFile(before, [annotationEdit(object, added)]);
          expect(editFile(after, [annotationEdit(object, gone)])).toBe(before);
        },
      ),
      runs,
    );
  });
});

type Changes = Readonly<Record<string, string | undefined>>;

function annotationEdit({ document, kind, name }: RandomObject, changes: Changes): ObjectEdit {
  const annotations = new Map(Object.entries(changes));
  return { document, target: targetOf({ kind, object: name }), annotations };
}

interface Metadata {
  annotations?: Record<string, string>;
}

/** The meaning of a document once the annotations have changed. */
function intended(value: unknown, document: number, object: RandomObject, changes: Changes): unknown {
  if (document !== object.document) return value;
  const root = structuredClone(value) as { metadata?: Metadata & { name: string }; items?: (typeof root)[] };
  const all = [root, ...(root.items ?? [])];
  const metadata = all.find((each) => each.metadata?.name === object.name)?.metadata;
  const annotations = { ...metadata?.annotations };
  for (const [key, text] of Object.entries(changes)) {
    if (text === undefined) delete annotations[key];
    else annotations[key] = text;
  }
  const isSame = Object.entries(changes).every(([key, text]) => metadata?.annotations?.[key] === text);
  if (!metadata || isSame) return root;
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
  else metadata.annotations = annotations;
  return root;
}

/**
 * What stands before and behind the annotations; where there are none, or they share brackets with other
 * metadata, before and behind the metadata.
 */
function around(manifest: RandomManifest, slots: readonly string[], { annotations, metadata }: RandomObject) {
  const inBrackets = metadata.value.type === 'map' && metadata.value.flow;
  const marked = manifest.text(slots, inBrackets || !annotations ? metadata : annotations);
  const [head = '', , tail = ''] = marked.split(atMarks);
  return { head, tail };
}

const atMarks = new RegExp(`[${marks.start}${marks.end}]`);

/** The texts of the annotations that are not to change, each with its key and its comment. */
function untouched(
  manifest: RandomManifest,
  slots: readonly string[],
  { annotations }: RandomObject,
  changes: Changes,
): string[] {
  if (annotations?.value.type !== 'map') return [];
  const entries = annotations.value.entries.filter(({ key }) => !Object.hasOwn(changes, key));
  return entries.map((entry) => manifest.text(slots, entry).split(atMarks)[1]?.trimEnd() ?? '');
}

describe('whatever the text', () => {
  const pieces = [
    ...['kind: Deployment\n', 'metadata:\n', '  name: app\n', '  annotations:\n', '    a: b\n', 'spec:\n'],
    ...['  template:\n', '    spec:\n', '      containers:\n', '      - name: c\n', '        image: x:1\n'],
    ...[
      'image: x:1\n',
      '- ',
      '? ',
      ': ',
      '&a ',
      '*a',
      '<<: *a\n',
      '!!str ',
      '!!map ',
      '{',
      '}',
      '[',
      ']',
      ',',
    ],
    ...[
      '"',
      "'",
      '|\n',
      '>-\n',
      '|2+\n',
      '#',
      ' # c\n',
      '\n',
      '\r\n',
      '\r',
      '\t',
      ' ',
      '  ',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
    ],
    ...[
      '{name: app}',
      '{kind: Deployment, metadata: {name: app}}\n',
      'kind: List\nitems:\n',
      '\uFEFF',
      '\0',
      '\u2028',
      '\ud800',
    ],
  ] as const;
  const texts = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string()), {
    maxLength: 40,
  });
  const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };

  it('an edit gives a text that reads as intended, or an EditProblem', () => {
    fc.assert(
      fc.property(texts, fc.nat({ max: 12 }), (parts, head) => {
        const text = pieces.slice(0, head).join('') + parts.join('');
        for (const edit of [
          { images: [{ container: 'c', image: 'x:2' }] },
          {
            annotations: new Map([
              ['fluxcd.io/automated', 'true'],
              ['a', undefined],
            ]),
          },
        ]) {
          try {
            const after = editFile(text, [{ document: 1, target, ...edit }]);
            expect(editFile(after, [{ document: 1, target, ...edit }])).toBe(after);
          } catch (error) {
            expect(error).toBeInstanceOf(EditProblem);
          }
        }
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  it('so it is with a random manifest of which some bytes are others', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...pieces), fc.nat({ max: 3 })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(manifests, damage, (manifest, places) => {
        const slots = manifest.slots(new Tape([]));
        const text = places.reduce((before, [at, piece, gone]) => {
          const place = at % (before.length + 1);
          return before.slice(0, place) + piece + before.slice(place + gone);
        }, manifest.text(slots));
        for (const edit of imageEdits(
          manifest.images,
          slots.map((each) => `${each}-next`),
        )) {
          try {
            editFile(text, [{ ...edit, annotations: new Map([['a', 'b']]) }]);
          } catch (error) {
            expect(error).toBeInstanceOf(EditProblem);
          }
        }
      }),
      runs,
    );
  });
});
