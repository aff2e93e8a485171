/** A program as it is shipped. */
export interface Program {
  /** Its command, and the name of the executable: `dist/NAME.mjs`. */
  readonly name: 'fluxctl' | 'fluxd';
  /** The package's folder in the repository. */
  readonly folder: string;
  /** The module that the executable is made of, in that folder; all else is imported lazily. */
  readonly entry: string;
  /** Modules that every run needs: they and what they import become few files, which load faster than many. */
  readonly always: readonly string[];
  /** The module from which on much is loaded, in a program that is to start fast. */
  readonly heavyFrom?: string;
  /** With which options Node.js is started. */
  readonly nodeOptions: readonly string[];
  /** What is set in the environment of Node.js when it is started. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether each folder below `src` becomes a file of its own, so that `caller=` in a log line names the room. */
  readonly roomsApart: boolean;
}

export const programs: readonly Program[] = [
  {
    name: 'fluxctl',
    folder: 'packages/cli',
    entry: 'src/main.ts',
    always: ['src/run-process.ts', 'src/program.ts'],
    heavyFrom: 'src/connect/open-connection.ts',
    nodeOptions: [],
    environment: {},
    roomsApart: false,
  },
  {
    name: 'fluxd',
    folder: 'packages/daemon',
    entry: 'src/entry.ts',
    always: ['src/main.ts'],
    // V8 would take up to 128 MB for what is thrown away at once, and give little of it back. With 2 it collects
    // more often, which costs a load a tenth of its time; a pause is shorter.
    nodeOptions: ['--max-semi-space-size=2'],
    // Or each of a dozen threads has a heap of malloc's of its own, mostly empty: 20 MB in all.
    environment: { MALLOC_ARENA_MAX: '1' },
    roomsApart: true,
  },
];
