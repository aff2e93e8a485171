import type { JsonValue } from '@fluxctl/shared/kube-object';
import {
  marks,
  meaningOf,
  scalarStyles,
  type WrittenEntry,
  type WrittenMap,
  type WrittenNode,
  type WrittenScalar,
  type WrittenStyle,
  YamlText,
} from './yaml-text.ts';

/** Choices, one after the other; behind its end all are the first, which is the plainest. */
export class Tape {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 on, below a limit. */
  below(limit: number): number {
    this.#at += 1;
    return (this.#numbers[this.#at - 1] ?? 0) % limit;
  }

  pick<Choice>(...choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Yes in one of so many. */
  rarely(one: number): boolean {
    return this.below(one) === one - 1;
  }
}

/** One image among the objects of a file. */
export interface ImagePlace {
  readonly document: number;
  readonly kind: string;
  readonly object: string;
  readonly container: string;
  /** Of the text that names the version; shared with another image where an anchor shares it. */
  readonly slot: number;
  /** What of the reference is written elsewhere. */
  readonly prefix: string;
}

type Whose = Pick<ImagePlace, 'document' | 'kind' | 'object'>;

export interface RandomObject {
  readonly document: number;
  readonly kind: string;
  readonly name: string;
  readonly metadata: WrittenEntry;
  /** Undefined where there is none. */
  readonly annotations: WrittenEntry | undefined;
}

type Strange = readonly [text: string, meaning: JsonValue];
const strange: readonly [Strange, ...Strange[]] = [
  ['text', 'text'],
  ['0644', 420],
  ['yes', true],
  ['~', null],
  ['1_000', 1000],
  ['0x1F', 31],
  ['2020-01-01', '2020-01-01'],
  ['a-b:c', 'a-b:c'],
  ['x#y', 'x#y'],
  ['é😀', 'é😀'],
];
const quotedTexts = [
  'text',
  'a: b # c',
  "it's",
  '"',
  '{x}',
  '- a',
  '',
  ' ',
  'image: x:1',
  '\\',
  '😀',
] as const;
const references = [
  'x:1',
  'x',
  'x:20190523',
  'quay.io/org/x:v1.2.3',
  'localhost:5000/a/b/x:main-1a2b3c',
] as const;
const paths = ['x:1', 'org/x:2', 'org/x'] as const;
const tags = ['v1', '1.2.3', 'main-1a2b3c'] as const;
const comments = ['', '', ' # note', '   #\ttabs\tand # more', ' # "quotes\' {brackets]'] as const;
const podKinds = ['Deployment', 'DaemonSet', 'StatefulSet', 'CronJob'] as const;

/** A file of random kinds, layouts, styles, comments, line ends and documents, with every choice made by a tape. */
export class RandomManifest {
  readonly images: ImagePlace[] = [];
  readonly objects: RandomObject[] = [];
  readonly #tape: Tape;
  readonly #documents: {
    readonly lead: string;
    readonly root: WrittenMap | undefined;
    readonly tail: string;
  }[] = [];
  readonly #file: { readonly mark: string; readonly newline: string; readonly cut: boolean };
  readonly #slots: (readonly [string, ...string[]])[] = [];
  /** An image of this document that others may use. */
  #anchored: (WrittenScalar & { readonly anchor: string }) | undefined;

  constructor(tape: Tape) {
    this.#tape = tape;
    this.#file = {
      mark: tape.rarely(5) ? '\uFEFF' : '',
      newline: tape.rarely(3) ? '\r\n' : '\n',
      cut: tape.rarely(4),
    };
    const count = 1 + tape.below(3);
    for (let document = 1; document <= count; document += 1) this.#addDocument(document);
  }

  /** Texts for all slots. */
  slots(tape: Tape): string[] {
    return this.#slots.map((texts) => tape.pick(...texts));
  }

  /** @param marked - an entry to stand between marks */
  text(slots: readonly string[], marked?: WrittenEntry): string {
    const writer = new YamlText(slots, marked);
    const text = this.#documents
      .map(({ lead, root, tail }) => lead + (root ? writer.document(root) : '') + tail)
      .join('');
    const { mark, newline, cut } = this.#file;
    const ended = cut ? text.replace(new RegExp(`\\n(?=${marks.end}?$)`), '') : text;
    return mark + ended.replaceAll('\n', newline);
  }

  /** What a failed test prints. */
  toString(): string {
    return `\n${this.text(this.slots(new Tape([])))}`;
  }

  /** What the documents mean. */
  meaning(slots: readonly string[]): JsonValue[] {
    return this.#documents.map(({ root }) => (root ? meaningOf(root, slots) : null));
  }

  #addDocument(document: number): void {
    const tape = this.#tape;
    const first = document === 1;
    const lead = first
      ? tape.pick('', '---\n', '# licence\n\n---\n', '%YAML 1.1\n---\n')
      : tape.pick('---\n', '--- # next\n', '...\n---\n', '\n# above\n---\n# below\n');
    const empty = !first && tape.rarely(6);
    this.#anchored = undefined;
    const root = empty ? undefined : this.#document(document);
    this.#documents.push({ lead, root, tail: tape.pick('', '', '# foot\n', '\n\n') });
  }

  #document(document: number): WrittenMap {
    if (!this.#tape.rarely(4)) return this.#object(document, false);
    const flow = this.#tape.rarely(4);
    const items = [this.#object(document, flow), this.#object(document, flow)];
    return this.#map(flow, [
      ['kind', this.#plain('List')],
      ['items', this.#sequence(flow, items)],
    ]);
  }

  #object(document: number, inFlow: boolean): WrittenMap {
    const tape = this.#tape;
    const flow = inFlow || tape.rarely(6);
    const kind = tape.pick(...podKinds, 'HelmRelease', 'ConfigMap');
    const name = `app-${this.objects.length}`;
    const place = { document, kind, object: name };
    const annotations = tape.rarely(3) ? undefined : this.#annotations(flow);
    const metadata = this.#entry('metadata', flow, this.#metadata(flow, name, annotations));
    const spec = this.#spec(kind, flow, place);
    this.objects.push({ document, kind, name, metadata, annotations });
    const kindEntry = this.#entry('kind', flow, this.#plain(kind));
    const specEntry = spec ? [this.#entry('spec', flow, spec)] : [];
    const entries = tape.pick([kindEntry, metadata, ...specEntry], [metadata, ...specEntry, kindEntry]);
    return { ...this.#map(flow, []), entries };
  }

  #metadata(inFlow: boolean, name: string, annotations: WrittenEntry | undefined): WrittenMap {
    const flow =
      inFlow || (annotations ? isFlow(annotations.value) && this.#tape.rarely(2) : this.#tape.rarely(4));
    const nameEntry = this.#entry('name', flow, this.#plain(name));
    const labels = this.#entry('labels', flow, this.#map(flow, [['a/b', this.#scalar(flow)]]));
    const some = annotations ? [annotations] : [];
    const entries = this.#tape.pick(
      [nameEntry, ...some],
      [nameEntry, ...some, labels],
      [...some, labels, nameEntry],
    );
    return { ...this.#map(flow, []), entries };
  }

  #annotations(inFlow: boolean): WrittenEntry {
    const flow = inFlow || this.#tape.rarely(3);
    const count = 1 + this.#tape.below(3);
    const pairs = Array.from({ length: count }, (_, at): [string, WrittenNode] => [
      this.#tape.pick('note', 'example.com/x', 'fluxcd.io/tag') + at,
      this.#annotation(flow),
    ]);
    return this.#entry('annotations', inFlow, this.#map(flow, pairs));
  }

  /** Texts only, as Kubernetes wants them. */
  #annotation(inFlow: boolean): WrittenNode {
    const style = this.#style(inFlow);
    const isBlock = style === 'literal' || style === 'folded';
    if (isBlock) return { type: 'scalar', style: 'literal', text: 'one\n\n# two' };
    const isQuoted = style === 'single' || style === 'double';
    return { type: 'scalar', style, text: isQuoted ? this.#tape.pick(...quotedTexts) : 'plain' };
  }

  #spec(kind: string, inFlow: boolean, place: Whose): WrittenMap | undefined {
    if (kind === 'ConfigMap') return undefined;
    if (kind === 'HelmRelease') return this.#map(inFlow, [['values', this.#values(inFlow, place)]]);
    const pods = kind === 'CronJob' ? ['jobTemplate', 'spec', 'template', 'spec'] : ['template', 'spec'];
    const flow = inFlow || this.#tape.rarely(5);
    const lists = this.#tape.pick(['containers'], ['initContainers', 'containers']);
    const pod = this.#map(
      flow,
      lists.map((list) => [list, this.#containers(flow, list, place)]),
    );
    return pods.reduceRight<WrittenMap>((below, key) => this.#map(below.flow && inFlow, [[key, below]]), pod);
  }

  #containers(inFlow: boolean, list: string, place: Whose): WrittenNode {
    const flow = inFlow || this.#tape.rarely(5);
    const count = 1 + this.#tape.below(3);
    const containers = Array.from({ length: count }, (_, at) => {
      const inline = flow || this.#tape.rarely(4);
      const container = `${list}-${at}`;
      const image: [string, WrittenNode] = ['image', this.#image(inline, { ...place, container })];
      const name: [string, WrittenNode] = ['name', this.#plain(container)];
      const other: [string, WrittenNode] = ['other', this.#scalar(inline)];
      return this.#map(
        inline,
        this.#tape.pick([name, image], [image, name], [name, other, image, ['args', this.#args(inline)]]),
      );
    });
    return this.#sequence(flow, containers);
  }

  #args(inFlow: boolean): WrittenNode {
    return this.#sequence(true, [this.#scalar(true), this.#scalar(true)].slice(inFlow ? 0 : 1));
  }

  #values(inFlow: boolean, place: Whose): WrittenMap {
    const flow = inFlow || this.#tape.rarely(5);
    const holders = ['web', 'db'].slice(this.#tape.below(2)).map((container): [string, WrittenNode] => {
      const inline = flow || this.#tape.rarely(3);
      return [container, this.#holder(inline, { ...place, container })];
    });
    return this.#map(flow, [...holders, ['other', this.#scalar(flow)]]);
  }

  /** In one of the layouts of a HelmRelease's values. */
  #holder(inFlow: boolean, place: Whose & { readonly container: string }): WrittenMap {
    const inside = this.#tape.rarely(2);
    const parts = this.#tape.pick<readonly string[]>([], ['tag'], ['registry'], ['tag', 'registry']);
    const repository = inside ? 'repository' : 'image';
    const host = parts.includes('registry') ? 'quay.io' : '';
    const path = 'org/app';
    const pairs: [string, WrittenNode][] = [];
    if (host !== '') pairs.push(['registry', this.#plain(host)]);
    const start = host === '' ? '' : `${host}/`;
    if (parts.includes('tag')) {
      pairs.push([repository, this.#plain(path)]);
      pairs.push(['tag', this.#slot(inFlow, { ...place, prefix: `${start}${path}:` }, tags)]);
    } else if (host === '') pairs.push([repository, this.#image(inFlow, place)]);
    else pairs.push([repository, this.#slot(inFlow, { ...place, prefix: start }, paths)]);
    pairs.push(['other', this.#scalar(inFlow)]);
    return inside ? this.#map(inFlow, [['image', this.#map(inFlow, pairs)]]) : this.#map(inFlow, pairs);
  }

  #image(inFlow: boolean, place: Whose & { readonly container: string }): WrittenNode {
    const target = this.#anchored;
    if (target && typeof target.text === 'number' && this.#tape.rarely(2)) {
      this.images.push({ ...place, slot: target.text, prefix: '' });
      return { type: 'alias', target };
    }
    const scalar = this.#slot(inFlow, { ...place, prefix: '' }, references);
    if (!this.#tape.rarely(4)) return scalar;
    this.#anchored = { ...scalar, anchor: `image${scalar.text}` };
    return this.#anchored;
  }

  #slot(
    inFlow: boolean,
    place: Omit<ImagePlace, 'slot'>,
    texts: readonly [string, ...string[]],
  ): WrittenScalar {
    const slot = this.#slots.push(texts) - 1;
    this.images.push({ ...place, slot });
    return { type: 'scalar', style: this.#style(inFlow), text: slot };
  }

  #plain(text: string): WrittenScalar {
    return { type: 'scalar', style: this.#tape.pick('plain', 'single', 'double'), text };
  }

  #scalar(inFlow: boolean): WrittenScalar {
    const style = this.#style(inFlow);
    if (style === 'plain') {
      const [text, value] = this.#tape.pick(...strange);
      return { type: 'scalar', style, text, value };
    }
    const text =
      style === 'single' || style === 'double' ? this.#tape.pick(...quotedTexts) : 'image: x:1 # no';
    return style === 'tagged' ? { type: 'scalar', style, text: '0644' } : { type: 'scalar', style, text };
  }

  /** Blocks are for where there are no brackets. */
  #style(inFlow: boolean): WrittenStyle {
    return scalarStyles[this.#tape.below(inFlow ? 4 : scalarStyles.length)] ?? 'plain';
  }

  #map(flow: boolean, pairs: readonly (readonly [string, WrittenNode])[]): WrittenMap {
    const entries = pairs.map(([key, value]) => this.#entry(key, flow, value));
    return { type: 'map', ...this.#collection(flow), entries, step: this.#tape.pick(2, 4, 1, 3) };
  }

  #sequence(flow: boolean, items: readonly WrittenNode[]): WrittenNode {
    const tape = this.#tape;
    return {
      type: 'sequence',
      ...this.#collection(flow),
      items,
      indent: tape.pick(0, 2, 1),
      gap: tape.pick(1, 3),
    };
  }

  #collection(flow: boolean) {
    const lines = this.#tape.pick('one', 'one', 'many', 'many, closed at the margin');
    return { flow, lines, trailing: this.#tape.rarely(4) } as const;
  }

  #entry(key: string, inFlow: boolean, value: WrittenNode): WrittenEntry {
    const tape = this.#tape;
    const explicit = !inFlow && value.type === 'scalar' && tape.rarely(8);
    const keyStyle = explicit ? 'question' : tape.pick('plain', 'plain', 'single', 'double');
    const above = inFlow ? [] : tape.pick<readonly string[]>([], [], ['# above'], ['', '#above'], ['']);
    return { key, keyStyle, value, above, comment: inFlow ? '' : tape.pick(...comments) };
  }
}

function isFlow(node: WrittenNode): boolean {
  return node.type === 'map' && node.flow;
}
