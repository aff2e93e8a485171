import type { Plugin } from 'rolldown';

/**
 * Has Node.js remember the compiled form of what is loaded from a module on, in the user's own cache folder
 * (the default, a folder in /tmp that everyone can write to, is no place for code). Turned on in the
 * executable it would cost the commands that load little more than it brings.
 * @param path - of the module, absolute
 * @param name - of the folder
 */
export function compileCacheFrom(path: string, name: string): Plugin {
  return {
    name: 'compile-cache',
    transform: {
      filter: { id: path },
      handler: (code) => `${code}
const cacheHome = process.env.XDG_CACHE_HOME || (process.env.HOME && process.env.HOME + '/.cache');
if (cacheHome) process.getBuiltinModule('node:module').enableCompileCache(cacheHome + '/${name}');
`,
    },
  };
}
