import type { GitConfig } from '@fluxctl/shared/api/types';
import { safeGitUrl, sameGitUrl } from '@fluxctl/shared/git/git-url';
import type { ImageName } from '@fluxctl/shared/images/image-ref';
import { hasMember, member } from '@fluxctl/shared/updates/update-spec';
import { badRequest } from '../http-error.ts';
import type { Handler } from './handler.ts';

/** Commits up to `ref` that are not applied yet, newest first. */
export const syncStatus: Handler = async (request, { sources }) => {
  const asked = request.query('ref') ?? '';
  const revisions: string[] = [];
  let failure: unknown;
  let found = false;
  for (const { config, repository, marker } of sources) {
    repository.requireReady();
    try {
      // Flux v1 takes HEAD for the remote's default branch; what is followed is meant.
      const to = asked === 'HEAD' ? await repository.head(request.signal) : asked;
      const mark = await marker.read(request.signal);
      const from = mark && (await repository.resolve(mark, request.signal));
      const pending = await repository.log({ ...(from ? { from } : {}), to }, config.paths, request.signal);
      revisions.push(...pending.map(({ revision }) => revision));
      found = true;
    } catch (error) {
      failure = error;
    }
  }
  // With several sources, one that has the revision is enough.
  if (!found && failure !== undefined) throw failure;
  return { json: revisions };
};

/** Tells the address of the repository, its state and the deploy key; `true` makes a new key first. */
export const gitRepoConfig: Handler = async (request, { sources, deployKey }) => {
  const regenerate = request.json();
  if (regenerate !== null && typeof regenerate !== 'boolean') {
    throw badRequest('the body must be true or false');
  }
  if (regenerate) await deployKey.regenerate(request.signal);
  const [source] = sources;
  const config: GitConfig = {
    remote: {
      url: source?.repository.safeUrl ?? '',
      branch: source?.config.branch ?? '',
      path: source?.config.paths.join(',') ?? '',
    },
    publicSSHKey: deployKey.publicKey(),
    status: source?.repository.status.state ?? 'unconfigured',
    errors: source?.repository.status.error ?? '',
  };
  return { json: config };
};

export const getPublicSshKey: Handler = (_, { deployKey }) => ({ json: deployKey.publicKey() });

export const regeneratePublicSshKey: Handler = async (request, { deployKey }) => {
  await deployKey.regenerate(request.signal);
  return { status: 204 };
};

/** Somebody pushed to a repository, or to an image registry. */
export const notify: Handler = (request, { sources, images, log }) => {
  const change = request.json();
  if (typeof change !== 'object' || change === null) throw badRequest('a change must be a JSON object');
  const kind = text(member(change, 'Kind'), 'Kind');
  if (kind !== 'git' && kind !== 'image') throw badRequest('unknown kind of change');
  if (!hasMember(change, 'Source')) throw badRequest('a change must have a "Source"');
  const source = member(change, 'Source') ?? {};
  if (typeof source !== 'object') throw badRequest('"Source" must be a JSON object');
  if (kind === 'image') {
    images.scanNext(imageName(member(source, 'Name') ?? {}));
    return { status: 202 };
  }

  const url = text(member(source, 'URL'), 'URL');
  const branch = text(member(source, 'Branch'), 'Branch');
  const same = sources.filter(({ repository }) => sameGitUrl(url, repository.safeUrl));
  const followed = same.filter(({ config }) => config.branch === branch);
  if (same.length > 0 && followed.length === 0) {
    log
      .with({ component: 'daemon' })
      .log({ msg: 'notified about unrelated change', url: safeGitUrl(url), branch });
  }
  // An address that nobody follows may be another name for one that somebody does.
  for (const { repository } of same.length > 0 ? followed : sources) repository.notify();
  return { status: 202 };
};

function imageName(json: unknown): ImageName {
  if (typeof json !== 'object' || json === null) throw badRequest('"Name" must be a JSON object');
  return { domain: text(member(json, 'Domain'), 'Domain'), path: text(member(json, 'Image'), 'Image') };
}

function text(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw badRequest(`"${name}" must be a string`);
  return value;
}
