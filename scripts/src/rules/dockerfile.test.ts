import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { programs } from '../build/programs.ts';
import { repositoryRoot } from './tracked-files.ts';

const text = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8');
/** One instruction a line. */
const instructions = text
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');

describe('the Dockerfile', () => {
  it('is valid', () => {
    expect(validate(text)).toEqual([]);
  });

  it('is checked by something that finds mistakes', () => {
    expect(validate('FORM node\nENTRYPOINT ["tini", ]\n')).not.toEqual([]);
  });

  it('builds with the pnpm that the scripts use, on the Node.js that the programs need', () => {
    const tools = JSON.parse(readFileSync(join(repositoryRoot, 'scripts/toolchain/package.json'), 'utf8'));
    expect(text).toContain(`pnpm@${tools.dependencies.pnpm} `);
    const images = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('builds with a script that there is, and takes what the bundler makes', () => {
    const script = /node (scripts\/\S+)/.exec(text)?.[1] ?? '';
    expect(existsSync(join(repositoryRoot, script))).toBe(true);
    const fluxd = programs.find(({ name }) => name === 'fluxd');
    expect(text).toContain(`COPY --from=build /src/${fluxd?.folder}/dist /opt/fluxd`);
    expect(text).toContain(`/opt/fluxd/${fluxd?.name}.mjs /usr/local/bin/fluxd`);
  });

  it('has what the daemon starts: git, OpenSSH, gnupg; and someone to bury orphans', () => {
    const install = instructions.find((line) => line.includes('apt-get install')) ?? '';
    for (const name of ['git', 'openssh-client', 'gnupg', 'ca-certificates', 'tini']) {
      expect(install).toMatch(new RegExp(`\\b${name}\\b`));
    }
    expect(install).toMatch(
      /apt-get update +&& apt-get install .*--no-install-recommends .*&& rm -rf \/var\/lib\/apt\/lists\/\*$/,
    );
    expect(instructions.at(-1)).toBe('ENTRYPOINT ["tini", "--", "fluxd"]');
  });

  it('fits the manifests of Flux v1: root, home from the user, arguments alone from the manifest', () => {
    expect(instructions.filter((line) => /^(USER|CMD|VOLUME|ENV)\b/.test(line))).toEqual([]);
  });

  it('sends no secrets, histories or old builds to the builder', () => {
    const ignored = readFileSync(join(repositoryRoot, '.dockerignore'), 'utf8').split('\n');
    for (const path of ['.git', '.tools', '**/node_modules', '**/dist']) expect(ignored).toContain(path);
  });
});
