/** What to follow and how: v1's flags describe one of these, a configuration file may describe more. */
export interface SourceConfig {
  /** Tells sources apart in the API and the log; `default` for the one that v1's flags describe. */
  readonly name: string;
  readonly branch: string;
  /** As given to `--git-path`; empty for the whole repository. */
  readonly paths: readonly string[];
  /** Names what belongs to this source, for marks and garbage collection. */
  readonly setName: string;
  readonly readonly: boolean;
  /** In full: `refs/notes/flux`. */
  readonly notesRef: string;
  readonly syncIntervalMs: number;
  /** Limit of the time without progress. */
  readonly syncTimeoutMs: number;
  readonly garbageCollection: 'off' | 'dry' | 'on';
  /** Empty for all. */
  readonly allowedNamespaces: readonly string[];
  /** For namespaced objects whose file names none. */
  readonly defaultNamespace: string;
}
