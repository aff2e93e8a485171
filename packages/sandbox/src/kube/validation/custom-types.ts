import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { canonicalJson } from '../fields/path-element.ts';
import { isObject, listAt, numberAt, objectAt, sameJson, stringAt } from '../kube-object.ts';
import type { FaultList } from './fault-list.ts';

/** As the schema validator names what it met. */
function bodyType(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function fitsType(type: string, value: JsonValue): boolean {
  const actual = bodyType(value);
  return actual === type || (type === 'number' && actual === 'integer');
}

function wrongType(faults: FaultList, field: string, value: JsonValue, type: string): void {
  const actual = bodyType(value);
  const message = `Invalid value: "${actual}": ${field} in body must be of type ${type}: "${actual}"`;
  faults.faults.push({ reason: 'FieldValueTypeInvalid', field, message });
}

function checkNumber(faults: FaultList, schema: JsonObject, value: number, field: string): void {
  const [minimum, maximum] = [numberAt(schema, 'minimum'), numberAt(schema, 'maximum')];
  if (minimum !== undefined && (schema['exclusiveMinimum'] === true ? value <= minimum : value < minimum)) {
    const than = schema['exclusiveMinimum'] === true ? 'greater than' : 'greater than or equal to';
    faults.invalid(field, value, `${field} in body should be ${than} ${minimum}`);
  }
  if (maximum !== undefined && (schema['exclusiveMaximum'] === true ? value >= maximum : value > maximum)) {
    const than = schema['exclusiveMaximum'] === true ? 'less than' : 'less than or equal to';
    faults.invalid(field, value, `${field} in body should be ${than} ${maximum}`);
  }
}

function checkText(faults: FaultList, schema: JsonObject, value: string, field: string): void {
  const [least, most] = [numberAt(schema, 'minLength'), numberAt(schema, 'maxLength')];
  const pattern = stringAt(schema, 'pattern');
  const length = [...value].length;
  if (most !== undefined && length > most) faults.tooLong(field, most);
  if (least !== undefined && length < least) {
    faults.invalid(field, value, `${field} in body should be at least ${least} chars long`);
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    faults.invalid(field, value, `${field} in body should match '${pattern}'`);
  }
}

function checkItems(faults: FaultList, schema: JsonObject, value: readonly JsonValue[], field: string): void {
  const [least, most] = [numberAt(schema, 'minItems'), numberAt(schema, 'maxItems')];
  if (most !== undefined && value.length > most) {
    const message = `Too many: ${value.length}: must have at most ${most} items`;
    faults.faults.push({ reason: 'FieldValueTooMany', field, message });
  }
  if (least !== undefined && value.length < least) {
    faults.invalid(field, value.length, `${field} in body should have at least ${least} items`);
  }
  const items = objectAt(schema, 'items');
  if (items !== undefined) {
    for (const [index, item] of value.entries()) check(faults, items, item, `${field}[${index}]`);
  }
  checkDuplicates(faults, schema, value, field);
}

function checkDuplicates(
  faults: FaultList,
  schema: JsonObject,
  value: readonly JsonValue[],
  field: string,
): void {
  const listType = stringAt(schema, 'x-kubernetes-list-type');
  if (listType !== 'set' && listType !== 'map') return;
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String);
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const named = Object.fromEntries(
      keys.flatMap((key) => (isObject(item) && item[key] !== undefined ? [[key, item[key]]] : [])),
    );
    const name: JsonValue = listType === 'set' ? item : named;
    const text = canonicalJson(name);
    if (seen.has(text)) faults.duplicate(`${field}[${index}]`, name);
    seen.add(text);
  }
}

function checkEntries(faults: FaultList, schema: JsonObject, value: JsonObject, field: string): void {
  const properties = objectAt(schema, 'properties') ?? {};
  const additional = objectAt(schema, 'additionalProperties');
  const place = (key: string): string => (field === '' ? key : `${field}.${key}`);
  for (const key of listAt(schema, 'required').map(String)) {
    if (value[key] === undefined) faults.required(place(key));
  }
  for (const [key, property] of Object.entries(properties)) {
    const entry = value[key];
    if (entry !== undefined && isObject(property)) check(faults, property, entry, place(key));
  }
  if (additional === undefined) return;
  for (const [key, entry] of Object.entries(value)) {
    if (!Object.hasOwn(properties, key)) check(faults, additional, entry, place(key));
  }
}

function check(faults: FaultList, schema: JsonObject, value: JsonValue, field: string): void {
  if (value === null && schema['nullable'] === true) return;
  const type = stringAt(schema, 'type');
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (!fitsType('integer', value) && !fitsType('string', value)) {
      wrongType(faults, field, value, 'integer,string');
    }
    return;
  }
  if (type !== undefined && !fitsType(type, value)) {
    wrongType(faults, field, value, type);
    return;
  }
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.some((each) => sameJson(each, value))) {
    faults.notSupported(field, value, allowed.map(String));
  }
  if (typeof value === 'number') checkNumber(faults, schema, value, field);
  else if (typeof value === 'string') checkText(faults, schema, value, field);
  else if (Array.isArray(value)) checkItems(faults, schema, value, field);
  else if (isObject(value)) checkEntries(faults, schema, value, field);
}

/** Checks a custom object by its definition's `openAPIV3Schema`; CEL rules are not run. */
export function checkCustomTypes(faults: FaultList, openApi: JsonObject, object: JsonObject): void {
  const { apiVersion: _, kind: _kind, metadata: _metadata, ...rest } = object;
  const properties = { ...objectAt(openApi, 'properties') };
  for (const field of ['apiVersion', 'kind', 'metadata']) delete properties[field];
  const required = listAt(openApi, 'required').filter((field) => field !== 'metadata');
  check(faults, { ...openApi, properties, required }, rest as JsonObject, '');
}
