/** From the top of an object down to a value: keys, and indices of lists. */
export type FieldPath = readonly (string | number)[];

/** `spec.values.image`, `containers[0].image`, `annotations["fluxcd.io/locked"]`. */
export function printFieldPath(path: FieldPath): string {
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return at === 0 ? part : `.${part}`;
    })
    .join('');
}
