/** In which form an answer is wanted. */
export interface AnswerForm {
  readonly as: 'object' | 'table' | 'metadata' | 'metadata list' | 'discovery';
  readonly format: 'json' | 'yaml';
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function parseRanges(header: string): readonly MediaRange[] {
  return header.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const pairs = parameters.map((parameter) => {
      const [name = '', value = ''] = parameter.split('=');
      return [name, value] as const;
    });
    return { type: type.toLowerCase(), parameters: new Map(pairs) };
  });
}

const jsonTypes: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*', '']);

function formOf({ type, parameters }: MediaRange): AnswerForm | undefined {
  const format = jsonTypes.has(type) ? 'json' : type === 'application/yaml' ? 'yaml' : undefined;
  if (format === undefined) return undefined;
  const as = parameters.get('as') ?? '';
  const group = parameters.get('g');
  const version = parameters.get('v');
  if (as === '') return { as: 'object', format };
  if (group === 'meta.k8s.io' && version === 'v1') {
    if (as === 'Table') return { as: 'table', format };
    if (as === 'PartialObjectMetadata') return { as: 'metadata', format };
    if (as === 'PartialObjectMetadataList') return { as: 'metadata list', format };
  }
  if (group === 'apidiscovery.k8s.io' && version === 'v2' && as === 'APIGroupDiscoveryList') {
    return { as: 'discovery', format };
  }
  return undefined;
}

/** The first form of an `Accept` header that is served; undefined: none is (406). */
export function chooseForm(accept: string | undefined): AnswerForm | undefined {
  if (accept === undefined || accept.trim() === '') return { as: 'object', format: 'json' };
  for (const range of parseRanges(accept)) {
    const form = formOf(range);
    if (form !== undefined) return form;
  }
  return undefined;
}
