import { errorMessage } from '@fluxctl/shared/errors';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import { badRequest } from './http-error.ts';

/** The id of one workload in a query. @throws {HttpError} 400 in Flux v1's words */
export function parseService(text: string): ResourceId {
  try {
    return parseResourceId(text);
  } catch (error) {
    const message = `invalid workload spec: ${errorMessage(error)}`;
    throw badRequest(`parsing service spec ${JSON.stringify(text)}: ${message}`);
  }
}
