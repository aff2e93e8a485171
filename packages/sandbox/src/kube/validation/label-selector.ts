import type { JsonObject } from '@fluxctl/shared/kube-object';
import { listAt, objectAt, stringAt } from '../kube-object.ts';

/** Whether a `LabelSelector` takes these labels; an empty one takes all. */
export function isSelected(selector: JsonObject, labels: JsonObject): boolean {
  const wanted = Object.entries(objectAt(selector, 'matchLabels') ?? {});
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return listAt(selector, 'matchExpressions').every((expression) => {
    const actual = labels[stringAt(expression, 'key') ?? ''];
    const values = listAt(expression, 'values');
    switch (stringAt(expression, 'operator')) {
      case 'In':
        return actual !== undefined && values.includes(actual);
      case 'NotIn':
        return actual === undefined || !values.includes(actual);
      case 'Exists':
        return actual !== undefined;
      default:
        return actual === undefined;
    }
  });
}
