import { expect, it } from 'vitest';
import { parseBaseUrl } from './client.ts';
import { routes } from './routes.ts';
import { requestUrl } from './send-request.ts';

it.each([
  ['http://h:3030/api/flux', {}, 'http://h:3030/api/flux/v6/services'],
  ['http://h:3030/api/flux/', {}, 'http://h:3030/api/flux/v6/services'],
  ['http://h', {}, 'http://h/v6/services'],
  ['https://h//a/?x=1#y', { namespace: '' }, 'https://h/a/v6/services?namespace='],
  [
    'http://h',
    { services: 'a:b/c,d', namespace: '<all> x' },
    'http://h/v6/services?namespace=%3Call%3E+x&services=a%3Ab%2Fc%2Cd',
  ],
])('requestUrl joins %s and the route', (base, query, url) => {
  expect(requestUrl(parseBaseUrl(base), { route: routes.ListServices, query }).href).toBe(url);
});

it.each(['', 'h:3030', 'localhost:3030/api', 'ftp://h', 'http://'])('parseBaseUrl refuses "%s"', (text) => {
  expect(() => parseBaseUrl(text)).toThrow(/^parse "/);
});
