import { expect, it } from 'vitest';
import { isMatch, type Match } from './match.ts';

interface Request {
  readonly path: string;
  readonly verb: string;
  readonly user: string | undefined;
}

const request: Request = { path: '/api/v1/pods', verb: 'list', user: undefined };

it.each<{ match: Match<Request>; matches: boolean }>([
  { match: {}, matches: true },
  { match: { verb: 'list' }, matches: true },
  { match: { verb: 'get' }, matches: false },
  { match: { verb: ['get', 'list'] }, matches: true },
  { match: { verb: 'list', user: 'sam' }, matches: false },
  { match: { user: undefined }, matches: true },
  { match: { path: '/api/' }, matches: true },
  { match: { path: '/apis/' }, matches: false },
  { match: ({ verb }) => verb === 'list', matches: true },
])('$match matches: $matches', ({ match, matches }) => {
  expect(isMatch(request, match)).toBe(matches);
});
