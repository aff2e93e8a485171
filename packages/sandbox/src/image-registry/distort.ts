import { gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';
import { digestOf } from './digest.ts';
import type { Fault } from './faults.ts';
import { errorBody, errorCodeFor } from './registry-error.ts';

const page = `<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n`;

/** A fault that takes the place of the answer; undefined for those that change it or its way. */
export function answerInstead(fault: Fault): Answer | undefined {
  switch (fault.type) {
    case 'status': {
      const retry = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      const message = fault.message ?? 'refused on demand';
      const body = errorBody(errorCodeFor(fault.code), message);
      return { status: fault.code, headers: { 'content-type': 'application/json', ...retry }, body };
    }
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from(page) };
    case 'answer': {
      const headers = { 'content-type': 'application/json', ...fault.headers };
      return { status: fault.status ?? 200, headers, body: Buffer.from(fault.body, fault.encoding) };
    }
    default:
      return undefined;
  }
}

/** The answer as the fault changes it. @param url - of the request, with its query */
export function distort(answer: Answer, fault: Fault, url: string): Answer {
  switch (fault.type) {
    case 'truncated':
      return { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) };
    case 'wrong-digest': {
      const digest = digestOf(Buffer.from('something else'));
      return { ...answer, headers: { ...answer.headers, 'docker-content-digest': digest } };
    }
    case 'wrong-content':
      return { ...answer, body: Buffer.concat([answer.body, Buffer.from('\n ')]) };
    case 'huge': {
      const missing = Math.max(fault.bytes - answer.body.length, 0);
      return { ...answer, body: Buffer.concat([answer.body, Buffer.alloc(missing, ' ')]) };
    }
    case 'gzip': {
      const body = fault.broken ? answer.body : gzipSync(answer.body);
      return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body };
    }
    case 'link':
      return { ...answer, headers: { ...answer.headers, link: linkOf(fault.to, url) } };
    default:
      return answer;
  }
}

function linkOf(to: Extract<Fault, { type: 'link' }>['to'], url: string): string {
  if (typeof to === 'object') return to.header;
  if (to === 'itself') return `<${url}>; rel="next"`;
  const [path, query] = url.split('?');
  const next = new URLSearchParams(query);
  next.set('page', String(Number(next.get('page') ?? 1) + 1));
  return `<${path}?${next}>; rel="next"`;
}
