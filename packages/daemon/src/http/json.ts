import { badRequest } from './http-error.ts';

/** The JSON of a request, whatever its content type says. @throws {HttpError} 400 */
export function decodeJson(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  if (text.trim() === '') throw badRequest('EOF');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the request is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
