/** What somebody may do with a repository; each includes what stands before it. */
export type Right = 'nothing' | 'pull' | 'push';

/** What a registry is like; all of it can be changed while it is up. */
export interface RegistrySettings {
  /** How clients show who they are; default `none`: everybody may do everything. */
  readonly auth: 'none' | 'basic' | 'token';
  /** Passwords by name. */
  readonly users: Readonly<Record<string, string>>;
  /** What a user, or nobody (undefined), may do; by default users everything and others nothing. */
  readonly allow: (user: string | undefined, repository: string) => Right;
  /** Seconds; default 300. */
  readonly tokenLife: number;
  /** The answer's member for a token, with or without `expires_in`; default both members, with. */
  readonly tokenAnswer: {
    readonly member: 'token' | 'access_token' | 'both';
    readonly tellsLife: boolean;
  };
  /** Results of a tag list when the client does not say; default all. */
  readonly pageSize: number | undefined;
  /** A tag list never has more results; default any number. */
  readonly maxPageSize: number | undefined;
  /** Form of the `Link` header; default `relative`. */
  readonly links: 'relative' | 'absolute';
  /** Whether tag lists have an `ETag`; default not, as with most registries. */
  readonly tagsEtag: boolean;
  /** Blobs are given out by another host, under an address that is good for one minute; default not. */
  readonly redirectBlobs: boolean;
  /** Docker Hub's: so many manifests by GET in so many seconds, counted by user. */
  readonly pullLimit: { readonly pulls: number; readonly seconds: number } | undefined;
  /** Requests of any kind that are answered in a second; others get 429 with `Retry-After`. */
  readonly perSecond: number | undefined;
}

export const usualSettings: RegistrySettings = {
  auth: 'none',
  users: {},
  allow: (user) => (user === undefined ? 'nothing' : 'push'),
  tokenLife: 300,
  tokenAnswer: { member: 'both', tellsLife: true },
  pageSize: undefined,
  maxPageSize: undefined,
  links: 'relative',
  tagsEtag: false,
  redirectBlobs: false,
  pullLimit: undefined,
  perSecond: undefined,
};

/** As Docker Hub: whoever asks gets a token to read with, and a hundred manifests in six hours. */
export const dockerHubSettings = {
  auth: 'token',
  allow: (user) => (user === undefined ? 'pull' : 'push'),
  pullLimit: { pulls: 100, seconds: 21_600 },
} as const satisfies Partial<RegistrySettings>;
