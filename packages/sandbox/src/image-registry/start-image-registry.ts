import { type Certificate, createCertificate } from '../http/certificate.ts';
import { FaultPlan } from '../http/fault-plan.ts';
import { HttpHost } from '../http/http-host.ts';
import { type BuiltImage, buildImage, type ImageSpec } from './build-image.ts';
import { buildSchema1Image, type Schema1Spec } from './build-schema1-image.ts';
import type { Faults } from './faults.ts';
import { ImageStore } from './image-store.ts';
import { Limits } from './limits.ts';
import { RequestLog } from './request-log.ts';
import { sampleImages } from './sample-images.ts';
import { type RegistryParts, serveRequests } from './serve-requests.ts';
import { type RegistrySettings, usualSettings } from './settings.ts';
import { StorageLinks } from './storage-links.ts';
import { Tokens } from './tokens.ts';
import { Uploads } from './uploads.ts';

export interface ImageRegistryOptions extends Partial<RegistrySettings> {
  /** 0, the default, for a free one. */
  readonly port?: number;
  /** HTTPS, with a certificate made for this registry; further names than loopback's may be given. */
  readonly tls?: boolean | { readonly names: readonly string[] };
  /** Has the walk-through's images from the start. */
  readonly samples?: boolean;
  /** Milliseconds since 1970; the clock of tokens, limits and the log. */
  readonly now?: () => number;
}

/** An image registry in memory on 127.0.0.1: the distribution API, with log-ins, limits and faults on demand. */
export interface ImageRegistry extends AsyncDisposable {
  readonly port: number;
  /** As in image references: `127.0.0.1:5000`. */
  readonly host: string;
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /** PEM of the certificate, its own authority; undefined without TLS. */
  readonly ca: string | undefined;
  readonly requests: RequestLog;
  readonly faults: Faults;
  readonly settings: RegistrySettings;
  /** Changes what it is like from now on. */
  change(settings: Partial<RegistrySettings>): void;
  /** Makes an image and its tag. The same facts and tag give the same digests. */
  addImage(repository: string, tag: string, image?: ImageSpec): BuiltImage;
  /** Makes an image as builders did before 2016, signed, without a config. */
  addSchema1Image(repository: string, tag: string, image?: Schema1Spec): BuiltImage;
  /** Puts in an image that was made before. */
  addBuilt(repository: string, tag: string | undefined, image: BuiltImage): void;
  /** Any number of tags for what a tag or a digest means. */
  addTags(repository: string, tags: Iterable<string>, reference: string): void;
  /** Makes a tag mean what another tag, or a digest, means; it is made when there is none. */
  retag(repository: string, tag: string, reference: string): void;
  removeTag(repository: string, tag: string): void;
  /** With all tags. */
  removeRepository(repository: string): void;
  /** In order. */
  repositories(): readonly string[];
  /** In order. */
  tags(repository: string): readonly string[];
  /** Digest of what a tag means. */
  digest(repository: string, tag: string): string;
  /** As if the life of all tokens were over. */
  expireTokens(): void;
  /** A lasting token of a user, with which clients get others (OAuth's `refresh_token`, a cloud's identity token). */
  refreshToken(user: string): string;
  /** Stops listening and cuts all connections. */
  goAway(): Promise<void>;
  /** Listens again, on the same port. */
  comeBack(): Promise<void>;
  /** Connections that were accepted so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

export async function startImageRegistry(options: ImageRegistryOptions = {}): Promise<ImageRegistry> {
  const { port: wantedPort = 0, tls = false, samples = false, now = Date.now, ...chosen } = options;
  const certificate = await certificateFor(tls);
  const stopping = new AbortController();
  const store = new ImageStore();
  let settings: RegistrySettings = { ...usualSettings, ...chosen };

  const parts: RegistryParts = {
    store,
    uploads: new Uploads(),
    storageLinks: new StorageLinks(() => `${storage.scheme}://localhost:${storage.port}`),
    tokens: new Tokens(),
    limits: new Limits(),
    faults: new FaultPlan(),
    requests: new RequestLog(),
    settings: () => settings,
    baseUrl: () => `${server.scheme}://127.0.0.1:${server.port}`,
    now,
    stopping: stopping.signal,
  };
  const server = new HttpHost(certificate, { request: serveRequests(parts, 'registry') });
  const storage = new HttpHost(certificate, { request: serveRequests(parts, 'storage') });
  await Promise.all([server.start(wantedPort), storage.start()]);
  const goAway = async () => {
    await Promise.all([server.stop(), storage.stop()]);
  };
  const stop = async () => {
    stopping.abort();
    await goAway();
  };

  const addBuilt = (repository: string, tag: string | undefined, image: BuiltImage): void => {
    for (const { bytes, digest } of image.blobs) store.putBlob(repository, bytes, digest);
    for (const manifest of image.manifests) store.putManifest(repository, manifest);
    if (tag !== undefined) store.tag(repository, [tag], image.top.digest);
  };
  const addImage = (repository: string, tag: string, spec: ImageSpec = {}): BuiltImage => {
    const image = buildImage({ content: `${repository}:${tag}`, ...spec });
    addBuilt(repository, tag, image);
    return image;
  };
  if (samples) for (const { repository, tag, image } of sampleImages) addImage(repository, tag, image);

  return {
    port: server.port,
    host: `127.0.0.1:${server.port}`,
    url: parts.baseUrl(),
    ca: certificate?.cert,
    requests: parts.requests,
    faults: parts.faults,
    get settings() {
      return settings;
    },
    change: (changes) => {
      settings = { ...settings, ...changes };
    },
    addImage,
    addSchema1Image: (repository, tag, spec = {}) => {
      const image = buildSchema1Image(repository, tag, spec);
      addBuilt(repository, tag, image);
      return image;
    },
    addBuilt,
    addTags: (repository, tags, reference) => store.tag(repository, tags, reference),
    retag: (repository, tag, reference) => store.tag(repository, [tag], reference),
    removeTag: (repository, tag) => store.untag(repository, tag),
    removeRepository: (repository) => store.deleteRepository(repository),
    repositories: () => store.repositories(),
    tags: (repository) => store.tags(repository),
    digest: (repository, tag) => store.manifest(repository, tag).digest,
    expireTokens: () => parts.tokens.forgetAll(),
    refreshToken: (user) => parts.tokens.issueRefresh(user),
    goAway,
    comeBack: async () => {
      await Promise.all([server.start(), storage.start()]);
    },
    get connections() {
      return server.connections;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function certificateFor(tls: ImageRegistryOptions['tls']): Promise<Certificate | undefined> {
  if (tls === false || tls === undefined) return undefined;
  return createCertificate(tls === true ? [] : tls.names);
}
