import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';

const step = /\.([\w-]+)|\['([^']*)'\]|\[(\d+|\*)\]|\[\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)\]/gy;

/**
 * The values at a simple JSON path, as printer columns use it: `.spec.size`, `.status.list[0]`, `[*]`,
 * `.metadata.annotations['a/b']`, `[?(@.type=="Ready")].status`.
 */
export function readJsonPath(path: string, root: JsonValue): readonly JsonValue[] {
  let values: JsonValue[] = [root];
  for (const [, field, quoted, index, key = '', wanted = ''] of path.replaceAll('\\.', '.').matchAll(step)) {
    const name = field ?? quoted;
    values = values.flatMap((value) => {
      if (name !== undefined) return isObject(value) && value[name] !== undefined ? [value[name]] : [];
      const list = Array.isArray(value) ? value : [];
      if (index === '*') return list;
      if (index !== undefined) return list[Number(index)] ?? [];
      return list.filter((item) => readJsonPath(`.${key}`, item)[0] === wanted);
    });
  }
  return values;
}
