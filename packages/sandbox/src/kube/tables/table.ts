import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { partialMetadata } from '../http/partial-metadata.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind, PrinterColumn } from '../registry/kind.ts';
import { age, ageColumn, type Column, nameColumn } from './column.ts';
import { coreColumns } from './core-columns.ts';
import { readJsonPath } from './json-path.ts';
import { otherColumns, plainColumns } from './other-columns.ts';
import { workloadColumns } from './workload-columns.ts';

const builtin: Readonly<Record<string, readonly Column[]>> = {
  ...coreColumns,
  ...workloadColumns,
  ...otherColumns,
};

function customCell({ jsonPath, type }: PrinterColumn): Column['cell'] {
  return (object, now) => {
    const [value, ...more] = readJsonPath(jsonPath, object);
    if (value === undefined) return type === 'date' ? '<unknown>' : null;
    if (type === 'date') return age(String(value), now);
    if (more.length > 0 || typeof value === 'object')
      return JSON.stringify(more.length > 0 ? [value, ...more] : value);
    if (type === 'string') return String(value);
    return value;
  };
}

function customColumns(columns: readonly PrinterColumn[]): readonly Column[] {
  if (columns.length === 0) return [nameColumn, ageColumn];
  return [
    nameColumn,
    ...columns.map((column): Column => {
      const { name, type, priority = 0 } = column;
      const known = type === 'integer' || type === 'boolean' || type === 'date' ? type : 'string';
      return { name, type: known, cell: customCell(column), ...(priority > 0 && { wide: true as const }) };
    }),
  ];
}

function columnsOf(kind: Kind): readonly Column[] {
  if (kind.custom !== undefined) return customColumns(kind.custom.columns);
  return builtin[kind.storage] ?? plainColumns;
}

/** What a row carries besides its cells. */
export type Include = 'Metadata' | 'Object' | 'None';

function included(object: KubeObject, include: Include): JsonValue {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialMetadata(object);
}

/**
 * A `meta.k8s.io/v1` Table, as `kubectl get` asks for.
 * @param withColumns - watches name the columns only once
 */
export function tableBody(
  kind: Kind,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  now: Date,
  include: Include = 'Metadata',
  withColumns = true,
): JsonObject {
  const columns = columnsOf(kind);
  const columnDefinitions = columns.map(({ name, type, format, wide }) => ({
    name,
    type,
    format: format ?? '',
    description: '',
    priority: wide ? 1 : 0,
  }));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns ? columnDefinitions : null,
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      object: included(object, include),
    })),
  };
}
