import { describe, expect, it } from 'vitest';
import { parseDockerConfig } from './docker-config.ts';
import { Login, Logins, loginFor } from './logins.ts';
import { readPullSecret } from './pull-secret.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const bytes = (text: string) => Buffer.from(text);

describe('parseDockerConfig', () => {
  it('[manifests K1] decodes user and password, and prints the one without the other', () => {
    const text = JSON.stringify({ 'localhost:5000': { auth: base64('testuser:test:password') } });
    const { logins } = parseDockerConfig(text, 'dockercfg', 'ns:secret/name');
    expect(logins.hosts()).toEqual(['localhost:5000']);
    const login = logins.of('localhost:5000');
    expect(login?.user).toBe('testuser');
    expect(login?.reveal()).toBe('test:password');
    const printed = `${String(logins)} ${JSON.stringify({ logins, login })}`;
    expect(printed).toContain('<registry creds for testuser@localhost:5000, from ns:secret/name>');
    expect(printed).not.toContain('test:password');
  });

  it('takes the good entries and names the bad ones, without what they hold', () => {
    const auths = {
      'https://quay.io/v2/': { auth: base64('sam:one') },
      'ghcr.io': { username: 'sam', password: 'two' },
      'gcr.io': { auth: base64('secret-without-colon') },
      '^#invalid': { auth: base64('a:b') },
      'kept.by.helper.io': {},
    };
    const { logins, problems } = parseDockerConfig(JSON.stringify({ auths }), 'dockerconfigjson', 'file');
    expect(logins.hosts()).toEqual(['quay.io', 'ghcr.io']);
    expect(logins.of('ghcr.io')?.reveal()).toBe('two');
    expect(problems).toEqual([
      'file: entry "gcr.io": decoded credential has wrong number of fields (expected 2, got 1)',
      'file: entry "^#invalid": parse "^#invalid": not the address of a registry',
    ]);
  });

  it('reads credential helpers, but no names that could be paths', () => {
    const config = { credHelpers: { 'gcr.io': 'gcloud', 'quay.io': '../../bin/sh' }, credsStore: 'pass' };
    const { helpers, store, problems } = parseDockerConfig(
      JSON.stringify(config),
      'dockerconfigjson',
      'file',
    );
    expect([...helpers]).toEqual([['gcr.io', 'gcloud']]);
    expect(store).toBe('pass');
    expect(problems).toEqual(['file: "quay.io" names no usable credential helper']);
  });

  it.each(['{"auths": {"a": "s3cret"', '[]', 'null', '{"auths": 3} x'])(
    'refuses %s without quoting it',
    (text) => {
      expect(() => parseDockerConfig(text, 'dockerconfigjson', 'file')).toThrow(
        /^file is not (?:JSON|a docker config)$/,
      );
    },
  );
});

describe('Logins', () => {
  it('[manifests K2] puts secrets of one name from two namespaces and several hosts together', () => {
    const secret = (host: string, user: string, origin: string) =>
      readPullSecret(
        'kubernetes.io/dockerconfigjson',
        new Map([
          ['.dockerconfigjson', bytes(JSON.stringify({ auths: { [host]: { auth: base64(`${user}:x`) } } }))],
        ]),
        origin,
      ).logins;
    const pod = secret('docker.io', 'pod', 'one:secret/pull');
    const account = secret('quay.io', 'account', 'one:secret/account');
    const elsewhere = secret('docker.io', 'elsewhere', 'two:secret/pull');
    const logins = account.merge(pod);
    expect(logins.of('index.docker.io')?.user).toBe('pod');
    expect(logins.of('quay.io')?.user).toBe('account');
    expect(elsewhere.of('index.docker.io')?.user).toBe('elsewhere');
    expect(pod.of('index.docker.io')?.user).toBe('pod');
  });

  it('lets the later one win for a host', () => {
    const weak = loginFor('quay.io', new Login('weak', 'a', 'x'));
    const strong = loginFor('https://quay.io', new Login('strong', 'b', 'y'));
    expect(weak.merge(strong).of('quay.io')?.user).toBe('strong');
    expect(new Logins().merge(weak).of('quay.io')?.user).toBe('weak');
    expect(weak.of('ghcr.io')).toBeUndefined();
  });
});

describe('readPullSecret', () => {
  it('reads the older type, and names what it cannot read', () => {
    const old = new Map([['.dockercfg', bytes(JSON.stringify({ 'quay.io': { auth: base64('a:b') } }))]]);
    expect(readPullSecret('kubernetes.io/dockercfg', old, 'o').logins.of('quay.io')?.user).toBe('a');
    expect(() => readPullSecret('Opaque', old, 'ns:secret/x')).toThrow('ns:secret/x is of type Opaque');
    expect(() => readPullSecret('kubernetes.io/dockerconfigjson', old, 'ns:secret/x')).toThrow(
      'ns:secret/x has no entry .dockerconfigjson',
    );
  });
});
