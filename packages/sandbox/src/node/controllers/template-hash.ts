import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../../kube/kube-object.ts';

// No vowels, and no digits that look like them: the result must not spell anything.
const safeLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for a value, the same for equal values whatever the order of their fields: `7d9c6b5f84`. */
export function templateHash(value: JsonValue): string {
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (const byte of Buffer.from(canonical(value))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return [...String(hash)].map((digit) => safeLetters[digit.charCodeAt(0) % safeLetters.length]).join('');
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${canonical(value[field] ?? null)}`).join()}}`;
}
