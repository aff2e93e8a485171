import type { JsonValue } from '@fluxctl/shared/kube-object';
import type { FieldFault } from '../api-error.ts';

/** `spec.ports[0].name` out of its parts: numbers are positions. */
export function fieldPath(base: string, ...parts: readonly (string | number)[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, base);
}

/** Collects what is wrong with an object, in the real server's words. */
export class FaultList {
  readonly faults: FieldFault[] = [];

  required(field: string, why = ''): void {
    const message = why === '' ? 'Required value' : `Required value: ${why}`;
    this.faults.push({ reason: 'FieldValueRequired', field, message });
  }

  invalid(field: string, value: JsonValue | undefined, why: string): void {
    const message = `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`;
    this.faults.push({ reason: 'FieldValueInvalid', field, message });
  }

  notSupported(field: string, value: JsonValue | undefined, supported: readonly string[]): void {
    const list = supported.map((each) => JSON.stringify(each)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value ?? null)}: supported values: ${list}`;
    this.faults.push({ reason: 'FieldValueNotSupported', field, message });
  }

  duplicate(field: string, value: JsonValue): void {
    const message = `Duplicate value: ${JSON.stringify(value)}`;
    this.faults.push({ reason: 'FieldValueDuplicate', field, message });
  }

  forbidden(field: string, why: string): void {
    this.faults.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
  }

  tooLong(field: string, bytes: number): void {
    const message = `Too long: may not be more than ${bytes} bytes`;
    this.faults.push({ reason: 'FieldValueTooLong', field, message });
  }

  notFound(field: string, value: JsonValue): void {
    const message = `Not found: ${JSON.stringify(value)}`;
    this.faults.push({ reason: 'FieldValueNotFound', field, message });
  }

  /** The value must be among those; a missing one is told as an empty text. */
  oneOf(field: string, value: JsonValue | undefined, supported: readonly string[]): void {
    if (!supported.some((each) => each === value)) this.notSupported(field, value ?? '', supported);
  }

  /** Not below zero. */
  notNegative(field: string, value: JsonValue | undefined): void {
    if (typeof value === 'number' && value < 0) {
      this.invalid(field, value, 'must be greater than or equal to 0');
    }
  }
}
