import type { Kind } from './registry/kind.ts';

export type StatusCause = { reason?: string; message?: string; field?: string };

export type StatusDetails = {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
};

/** The body of every refusal. */
export type Status = {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
};

/** A refusal in the API server's own words. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** Where a list may go on all the same. */
  readonly continueToken: string | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
    continueToken?: string,
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.continueToken = continueToken;
  }

  get status(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: 'Failure',
      message: this.message,
      ...(this.reason !== '' && { reason: this.reason }),
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

/** `deployments.apps`, `pods`: how messages name a resource. */
export function groupResource(kind: Pick<Kind, 'plural' | 'group'>): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** `Deployment.apps`, `Pod`. */
export function groupKind(kind: Pick<Kind, 'kind' | 'group'>): string {
  return kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
}

function details(kind: Kind, name: string, more: StatusDetails = {}): StatusDetails {
  return {
    ...(name !== '' && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.plural,
    ...more,
  };
}

export function notFound(kind: Kind, name: string): ApiError {
  const text = `${groupResource(kind)} ${JSON.stringify(name)} not found`;
  return new ApiError(404, 'NotFound', text, details(kind, name));
}

export function alreadyExists(kind: Kind, name: string): ApiError {
  const text = `${groupResource(kind)} ${JSON.stringify(name)} already exists`;
  return new ApiError(409, 'AlreadyExists', text, details(kind, name));
}

export function conflict(kind: Kind, name: string, why: string): ApiError {
  const text = `Operation cannot be fulfilled on ${groupResource(kind)} ${JSON.stringify(name)}: ${why}`;
  return new ApiError(409, 'Conflict', text, details(kind, name));
}

/** Somebody else wrote the object since it was read. */
export function modified(kind: Kind, name: string): ApiError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(kind, name, why);
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function forbidden(kind: Kind, name: string, why: string): ApiError {
  const named = name === '' ? groupResource(kind) : `${groupResource(kind)} ${JSON.stringify(name)}`;
  return new ApiError(403, 'Forbidden', `${named} is forbidden: ${why}`, details(kind, name));
}

/** One fault of an object; `field` is a path such as `spec.ports[0].port`. */
export interface FieldFault {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound';
  readonly field: string;
  /** All of the message behind the field's path. */
  readonly message: string;
}

export function invalid(
  kind: Pick<Kind, 'kind' | 'group'>,
  name: string,
  faults: readonly FieldFault[],
): ApiError {
  const texts = [...new Set(faults.map(({ field, message }) => `${field}: ${message}`))];
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${groupKind(kind)} ${JSON.stringify(name)} is invalid: ${text}`, {
    ...(name !== '' && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.kind,
    causes: faults.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

export function internalError(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  });
}

/** A resourceVersion or a continue token that the history no longer reaches. */
export function expired(message: string, continueToken?: string): ApiError {
  return new ApiError(410, 'Expired', message, undefined, continueToken);
}

/** Something is wrong with the query of a list or a watch. */
export function invalidListOptions(field: string, why: string): ApiError {
  const message = `Forbidden: ${why}`;
  return new ApiError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: 'FieldValueForbidden', message, field }],
  });
}

export function methodNotAllowed(): ApiError {
  const text = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', text, {});
}

/** What the server says where it knows no such route. */
export function noSuchPage(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}
