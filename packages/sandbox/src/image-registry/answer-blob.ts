import { type Answer, emptyAnswer } from './answer.ts';
import { bytesAnswer } from './bytes-answer.ts';
import type { Exchange } from './exchange.ts';
import { RegistryError } from './registry-error.ts';

export function answerBlob(exchange: Exchange, repository: string, digest: string): Answer {
  const { store, method, settings, storageLinks, now } = exchange;
  switch (method) {
    case 'GET':
    case 'HEAD': {
      const bytes = store.blob(repository, digest);
      if (settings.redirectBlobs) {
        return emptyAnswer(307, { location: storageLinks.create(digest, bytes, now) });
      }
      return bytesAnswer(bytes, digest, exchange.headers['range']);
    }
    case 'DELETE':
      store.deleteBlob(repository, digest);
      return emptyAnswer(202);
    default:
      throw new RegistryError('UNSUPPORTED');
  }
}
