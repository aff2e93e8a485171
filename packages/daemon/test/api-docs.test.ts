import { readFileSync } from 'node:fs';
import { type Route, routes } from '@fluxctl/shared/api/routes';
import { expect, it } from 'vitest';

const documented = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, method, path, note] = /^\| `([A-Z]+) (\/v[^`]*)`([^|]*)\|/.exec(line) ?? [];
    return method
      ? [`${method} ${path}${note?.includes('open') ? ' open' : ''}${note?.includes('HEAD') ? ' head' : ''}`]
      : [];
  });

it('docs/api.md has a line for every route, and for no other', () => {
  const served = Object.values<Route>(routes).map(
    ({ method, path, open, head }) => `${method} ${path}${open ? ' open' : ''}${head ? ' head' : ''}`,
  );
  expect(documented.toSorted()).toEqual(served.toSorted());
});
