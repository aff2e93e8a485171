import { RequestError } from '@fluxctl/shared/api/api-error';
import { errorMessage } from '@fluxctl/shared/errors';

/** What foreign JSON may hold: any member may be missing. */
export type Foreign<T> = { readonly [K in keyof T]?: T[K] | null };

/**
 * Reads a list of a daemon's answer, and sorts it by id as Flux v1's client does. `null` stays.
 * @throws {RequestError} `decoding response from server: REASON`
 */
export function readList<From, To extends { readonly ID: string }>(
  answer: readonly From[] | null,
  read: (given: From) => To,
): readonly To[] | null {
  if (answer === null) return null;
  try {
    return answer.map(read).sort((a, b) => (a.ID < b.ID ? -1 : a.ID > b.ID ? 1 : 0));
  } catch (cause) {
    throw new RequestError(`decoding response from server: ${errorMessage(cause)}`, { cause });
  }
}
