import { hash } from 'node:crypto';
import { type FieldsV1, unionFields } from './field-set.ts';

/** What `PartialObjectMetadata` tells of an object. */
export interface ObjectMetadata {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly unknown[];
    readonly managedFields?: readonly ManagedFieldsEntry[];
  };
}

export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsV1?: FieldsV1;
}

/** The name under which we own fields. */
export const fieldManager = 'flux';

/** Asks for metadata only, one object or a list. */
export const metadataOnly = {
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
} as const;

/** The fields that we own: by our applies, and by our writes of objects that cannot be applied. */
export function ourFields({ metadata }: ObjectMetadata): FieldsV1 | undefined {
  return (metadata.managedFields ?? [])
    .filter(({ manager, subresource }) => manager === fieldManager && !subresource)
    .flatMap(({ fieldsV1 }) => fieldsV1 ?? [])
    .reduce<FieldsV1 | undefined>((all, fields) => (all ? unionFields(all, fields) : fields), undefined);
}

/** Our fields as text: much smaller than parsed, and alike for like objects; empty when we own none. */
export function fieldsText(object: ObjectMetadata): string {
  const fields = ourFields(object);
  return fields ? JSON.stringify(fields) : '';
}

/** What tells one state of our fields, given as text, from another; empty when we own none. */
export function hashOfFields(text: string): string {
  return text === '' ? '' : hash('sha1', text, 'base64');
}

/** Who else wrote the object last; a status does not count. */
export function otherManager(object: ObjectMetadata): string | undefined {
  const others = (object.metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== fieldManager && entry.subresource !== 'status',
  );
  return others.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0]?.manager;
}
