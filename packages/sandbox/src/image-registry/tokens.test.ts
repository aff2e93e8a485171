import { expect, it } from 'vitest';
import { parseScopes } from './tokens.ts';

it.each([
  { scopes: ['repository:team/app:pull'], repository: 'team/app', actions: ['pull'] },
  { scopes: ['repository:team/app:pull,push'], repository: 'team/app', actions: ['pull', 'push'] },
  { scopes: ['repository(plugin):a:pull,*'], repository: 'a', actions: ['pull'] },
  { scopes: ['registry:catalog:* repository:a:delete'], repository: 'a', actions: ['delete'] },
  { scopes: ['repository:host:5000/a:pull'], repository: 'host:5000/a', actions: ['pull'] },
])('reads the scopes $scopes', ({ scopes, repository, actions }) => {
  expect(parseScopes(scopes)).toEqual([{ repository, actions }]);
});

it('reads several scopes, and passes over what is none', () => {
  const grants = parseScopes(['repository:a:pull repository:b:push', 'nonsense']);
  expect(grants.map(({ repository }) => repository)).toEqual(['a', 'b']);
});
