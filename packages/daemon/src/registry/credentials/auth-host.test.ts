import { expect, it } from 'vitest';
import { authHost } from './auth-host.ts';

it.each([
  { written: 'gcr.io', host: 'gcr.io' },
  { written: 'https://gcr.io/v1/', host: 'gcr.io' },
  { written: 'gcr.io/v1', host: 'gcr.io' },
  { written: 'telnet://gcr.io/v1', host: 'gcr.io' },
  { written: 'localhost:5000/v2/', host: 'localhost:5000' },
  { written: '192.168.99.100:5000', host: '192.168.99.100:5000' },
  { written: 'https://my.domain.name:5000/v2', host: 'my.domain.name:5000' },
  { written: 'https://index.docker.io/v1/', host: 'index.docker.io' },
  { written: 'https://someone@quay.io', host: 'quay.io' },
])('reads the host $host from $written', ({ written, host }) => {
  expect(authHost(written)).toBe(host);
});

const notAnAddress = 'Invalid registry auth url. Must be a valid http address (e.g. https://gcr.io/v1/)';
it.each([
  { written: 'http://', message: 'Empty registry auth url' },
  { written: 'https://', message: 'Empty registry auth url' },
  { written: '', message: notAnAddress },
  { written: '/var/user', message: notAnAddress },
  { written: '^#invalid.io/v1/', message: 'parse "^#invalid.io/v1/": not the address of a registry' },
])('refuses "$written"', ({ written, message }) => {
  expect(() => authHost(written)).toThrow(message);
});
