import { ApiError, badRequest, expired, invalidListOptions } from '../api-error.ts';

/** What a query says about versions. */
export interface VersionQuery {
  readonly resourceVersion: string;
  readonly match: string;
  readonly sendInitialEvents: boolean;
}

function versionFault(version: string): string {
  const quoted = JSON.stringify(version);
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}

function readVersionQuery(query: URLSearchParams): VersionQuery {
  return {
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    sendInitialEvents: query.get('sendInitialEvents') === 'true',
  };
}

/** @throws {ApiError} 422, 500 */
export function watchVersion(query: URLSearchParams): VersionQuery {
  const asked = readVersionQuery(query);
  if (asked.sendInitialEvents && asked.match !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw invalidListOptions('resourceVersionMatch', why);
  }
  if (!query.has('sendInitialEvents') && asked.match !== '') {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    throw invalidListOptions('resourceVersionMatch', why);
  }
  if (!/^\d*$/.test(asked.resourceVersion)) throw new ApiError(500, '', versionFault(asked.resourceVersion));
  return asked;
}

/**
 * @param now - the store's version
 * @param oldest - the oldest version that is remembered
 * @throws {ApiError} 400, 410, 422, 504
 */
export function listVersion(query: URLSearchParams, now: number, oldest: number): VersionQuery {
  const asked = readVersionQuery(query);
  const { resourceVersion, match } = asked;
  if (query.has('sendInitialEvents')) {
    throw invalidListOptions('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  }
  if (match !== '' && resourceVersion === '') {
    const why = 'resourceVersionMatch is forbidden unless resourceVersion is provided';
    throw invalidListOptions('resourceVersionMatch', why);
  }
  if (!/^\d*$/.test(resourceVersion)) {
    throw badRequest(`invalid resource version: ${versionFault(resourceVersion)}`);
  }
  const version = Number(resourceVersion);
  if (version > now) {
    const text = `Timeout: Too large resource version: ${version}, current: ${now}`;
    throw new ApiError(504, 'Timeout', text, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
  if (match === 'Exact' && version < oldest) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
  return asked;
}
