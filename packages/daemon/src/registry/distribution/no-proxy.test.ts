import { expect, it } from 'vitest';
import { parseNoProxy } from './no-proxy.ts';

it.each([
  { text: '', url: 'https://quay.io', direct: false },
  { text: '*', url: 'https://quay.io', direct: true },
  { text: 'quay.io', url: 'https://quay.io', direct: true },
  { text: 'quay.io', url: 'https://cdn.quay.io', direct: true },
  { text: 'quay.io', url: 'https://notquay.io', direct: false },
  { text: '.quay.io', url: 'https://quay.io', direct: false },
  { text: '.quay.io', url: 'https://cdn.quay.io', direct: true },
  { text: '*.quay.io', url: 'https://cdn.quay.io', direct: true },
  { text: ' a.example , QUAY.IO ', url: 'https://Quay.io', direct: true },
  { text: 'quay.io:443', url: 'https://quay.io', direct: true },
  { text: 'quay.io:443', url: 'http://quay.io', direct: false },
  { text: 'quay.io:8443', url: 'https://quay.io:8443', direct: true },
  { text: '10.0.0.0/8', url: 'http://10.1.2.3:5000', direct: true },
  { text: '10.0.0.0/8', url: 'http://11.1.2.3:5000', direct: false },
  { text: '10.0.0.0/8', url: 'http://10.example.com', direct: false },
  { text: '10.0.0.0/99', url: 'http://10.0.0.1', direct: false },
  { text: 'fd00::/8', url: 'http://[fd00::1]:5000', direct: true },
  { text: '192.168.1.1', url: 'http://192.168.1.1:5000', direct: true },
  { text: '192.168.1.1', url: 'http://1.192.168.1.1.example', direct: false },
  { text: '[::2]:80', url: 'http://[::2]', direct: true },
  { text: '', url: 'http://localhost:5000', direct: true },
  { text: '', url: 'http://127.0.0.1:5000', direct: true },
  { text: '', url: 'http://[::1]:5000', direct: true },
])('with $text asks $url directly: $direct', ({ text, url, direct }) => {
  expect(parseNoProxy(text)(new URL(url))).toBe(direct);
});
