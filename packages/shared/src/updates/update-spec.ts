import type { Cause, UpdateSpec, WorkloadResult } from '../api/types.ts';
import { UserError } from '../errors.ts';

export const updateTypes = [
  'image',
  'containers',
  'policy',
  'auto',
  'sync',
] as const satisfies readonly UpdateSpec['type'][];
export type UpdateType = (typeof updateTypes)[number];

/** The member of that name, whatever the case of its letters, as Go decodes JSON; the last one wins. */
export function member(object: object, name: string): unknown {
  const wanted = name.toLowerCase();
  let found: unknown;
  for (const [key, value] of Object.entries(object)) if (key.toLowerCase() === wanted) found = value;
  return found;
}

/** Whether there is such a member, if only `null`. */
export function hasMember(object: object, name: string): boolean {
  const wanted = name.toLowerCase();
  return Object.keys(object).some((key) => key.toLowerCase() === wanted);
}

/**
 * Reads the body of `/v9/update-manifests`, or the same inside a note. `spec` stays as it was sent:
 * each type reads its own.
 * @throws {UserError} `unknown spec type: zork` and others
 */
export function decodeUpdateSpec(json: unknown): UpdateSpec {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UserError('an update must be a JSON object');
  }
  const type = updateType(text(member(json, 'type'), 'type'));
  if (!hasMember(json, 'spec')) throw new UserError(`missing "spec" in an update of type ${type}`);
  return { type, cause: decodeCause(member(json, 'cause')), spec: member(json, 'spec') };
}

/** A git note: what a commit of ours was made for. */
export interface UpdateNote {
  readonly jobID: string;
  readonly spec: UpdateSpec;
  readonly result: Readonly<Record<string, WorkloadResult>> | null;
}

/** Reads a note; undefined when it is none of ours. */
export function decodeNote(note: string): UpdateNote | undefined {
  try {
    const json: unknown = JSON.parse(note);
    if (typeof json !== 'object' || json === null) return undefined;
    const result = member(json, 'result');
    return {
      jobID: text(member(json, 'jobID'), 'jobID'),
      spec: decodeUpdateSpec(member(json, 'spec')),
      result: typeof result === 'object' ? (result as UpdateNote['result']) : null,
    };
  } catch {
    return undefined;
  }
}

function updateType(name: string): UpdateType {
  const type = updateTypes.find((known) => known === name);
  if (!type) throw new UserError(`unknown spec type: ${name}`);
  return type;
}

function decodeCause(json: unknown): Cause {
  if (typeof json !== 'object' || json === null) return { Message: '', User: '' };
  return { Message: text(member(json, 'Message'), 'Message'), User: text(member(json, 'User'), 'User') };
}

function text(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new UserError(`"${name}" must be a string`);
  return value;
}
