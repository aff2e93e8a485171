import { invalid } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { coreChecks } from './core-kinds.ts';
import { checkCustomTypes } from './custom-types.ts';
import { FaultList } from './fault-list.ts';
import { checkMetadata, checkMetadataUpdate } from './metadata.ts';
import { otherChecks } from './other-kinds.ts';
import { updateChecks } from './updates.ts';
import { workloadChecks } from './workloads.ts';

const checks = { ...coreChecks, ...workloadChecks, ...otherChecks };

function checkObject(faults: FaultList, kind: Kind, object: KubeObject): void {
  checkMetadata(faults, kind, object);
  if (kind.custom === undefined) checks[kind.storage]?.(faults, object);
  else checkCustomTypes(faults, kind.custom.openApi, object);
}

function refuse(kind: Kind, object: KubeObject, { faults }: FaultList): void {
  if (faults.length > 0) throw invalid(kind, object.metadata.name ?? '', faults);
}

/** @throws {ApiError} 422 with everything that is wrong */
export function validateCreate(kind: Kind, object: KubeObject): void {
  const faults = new FaultList();
  checkObject(faults, kind, object);
  refuse(kind, object, faults);
}

/**
 * @param object - as it would be written
 * @param sent - as it came, with metadata that is not the sender's to say
 * @throws {ApiError} 422 with everything that is wrong, changes that are not allowed too
 */
export function validateUpdate(
  kind: Kind,
  subresource: string | undefined,
  object: KubeObject,
  existing: KubeObject,
  sent: KubeObject,
): void {
  const faults = new FaultList();
  checkMetadataUpdate(faults, existing.metadata, sent.metadata);
  if (subresource === undefined) {
    checkObject(faults, kind, object);
    if (kind.custom === undefined) updateChecks[kind.storage]?.(faults, existing, object);
  }
  refuse(kind, object, faults);
}
