import { type Answer, emptyAnswer, jsonAnswer } from './answer.ts';
import { answerBlob } from './answer-blob.ts';
import { answerManifest } from './answer-manifest.ts';
import { answerCatalog, answerTags } from './answer-tags.ts';
import { answerUpload } from './answer-upload.ts';
import type { Exchange } from './exchange.ts';
import { RegistryError } from './registry-error.ts';
import { isRepositoryName, type Route } from './route.ts';

/** What the distribution API says; tokens and rights are seen to before. @throws {RegistryError} */
export async function answerRequest(
  exchange: Exchange,
  route: Exclude<Route, { readonly kind: 'token' }>,
): Promise<Answer> {
  if ('repository' in route && !isRepositoryName(route.repository)) throw new RegistryError('NAME_INVALID');
  switch (route.kind) {
    case 'ping':
      return jsonAnswer({});
    case 'catalog':
      return answerCatalog(exchange);
    case 'tags':
      return answerTags(exchange, route.repository);
    case 'manifest':
      return answerManifest(exchange, route);
    case 'blob':
      return answerBlob(exchange, route.repository, route.reference);
    case 'upload':
      return answerUpload(exchange, route.repository, route.reference);
    case 'other':
      return {
        ...emptyAnswer(404, { 'content-type': 'text/plain' }),
        body: Buffer.from('404 page not found\n'),
      };
    default:
      return route satisfies never;
  }
}
