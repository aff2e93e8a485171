import { isUtf8 } from 'node:buffer';
import type { DocumentDirective } from 'js-yaml';
import { YamlFloat, type YamlScalar } from './node.ts';
import { resolvePlain } from './scalar.ts';

const yamlTag = 'tag:yaml.org,2002:';

/** `!!str`, `!<tag:yaml.org,2002:str>` and what `%TAG` makes of a handle, as one name. */
export function tagName(written: string, directives: readonly DocumentDirective[]): string {
  if (written.startsWith('!<')) return written.slice(2, -1);
  const match = /^(!!|![0-9A-Za-z-]+!|!)(.*)$/s.exec(written);
  if (!match) return written;
  const [, handle = '', suffix = ''] = match;
  if (suffix === '') return written;
  const declared = directives.find((directive) => directive.kind === 'tag' && directive.handle === handle);
  if (declared?.kind === 'tag') return declared.prefix + suffix;
  return handle === '!!' ? yamlTag + suffix : written;
}

export type TaggedScalar =
  | { readonly ok: true; readonly value: YamlScalar }
  | { readonly ok: false; readonly reason: string };

/** What a scalar with an explicit tag means; a tag that Go's yaml.v2 does not know leaves the text. */
export function resolveTagged(tag: string, text: string): TaggedScalar {
  if (!tag.startsWith(yamlTag)) return { ok: true, value: text };
  const type = tag.slice(yamlTag.length);
  switch (type) {
    case 'binary':
      return readBinary(text);
    case 'bool':
    case 'int':
    case 'null':
    case 'float': {
      const value = resolvePlain(text);
      if (typeOf(value) === type) return { ok: true, value };
      if (type === 'float' && typeof value === 'number') return { ok: true, value: new YamlFloat(value) };
      return { ok: false, reason: `cannot decode a !!${typeOf(value)} as a !!${type}` };
    }
    default:
      return { ok: true, value: text };
  }
}

function typeOf(value: YamlScalar): 'bool' | 'int' | 'float' | 'null' | 'str' {
  if (value === null) return 'null';
  if (value instanceof YamlFloat) return 'float';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'str' : 'int';
}

/** Kubernetes takes the bytes for text; what is no text would be destroyed, so it is refused. */
function readBinary(text: string): TaggedScalar {
  const compact = text.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    return { ok: false, reason: '!!binary value contains invalid base64 data' };
  }
  const bytes = Buffer.from(compact, 'base64');
  if (!isUtf8(bytes)) return { ok: false, reason: '!!binary value is no text: Kubernetes would not keep it' };
  return { ok: true, value: bytes.toString('utf8') };
}
