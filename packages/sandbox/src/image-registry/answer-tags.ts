import { type Answer, emptyAnswer, jsonAnswer } from './answer.ts';
import { digestOf } from './digest.ts';
import { isEtagKnown } from './etag.ts';
import type { Exchange } from './exchange.ts';
import { pageOf } from './paging.ts';
import { RegistryError } from './registry-error.ts';

export function answerTags(exchange: Exchange, repository: string): Answer {
  const path = `/v2/${repository}/tags/list`;
  return listAnswer(exchange, path, exchange.store.tags(repository), (tags) => ({ name: repository, tags }));
}

export function answerCatalog(exchange: Exchange): Answer {
  return listAnswer(exchange, '/v2/_catalog', exchange.store.repositories(), (repositories) => ({
    repositories,
  }));
}

function listAnswer(
  { settings, query, method, headers, baseUrl }: Exchange,
  path: string,
  sorted: readonly string[],
  bodyOf: (page: readonly string[]) => unknown,
): Answer {
  if (method !== 'GET' && method !== 'HEAD') throw new RegistryError('UNSUPPORTED');
  const page = pageOf(sorted, query, { usual: settings.pageSize, most: settings.maxPageSize });
  const base = settings.links === 'absolute' ? baseUrl : '';
  const link = page.next === undefined ? {} : { link: `<${base}${path}?${page.next}>; rel="next"` };
  const answer = jsonAnswer(bodyOf(page.tags), link);
  if (!settings.tagsEtag) return answer;
  const etag = digestOf(answer.body);
  if (isEtagKnown(headers['if-none-match'], etag)) return emptyAnswer(304, { etag: `"${etag}"`, ...link });
  return { ...answer, headers: { ...answer.headers, etag: `"${etag}"` } };
}
