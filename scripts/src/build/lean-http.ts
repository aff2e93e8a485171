import http from 'node:http';
import type { Plugin } from 'rolldown';

const standIn = 'virtual/node-http';

/**
 * Has libraries take Node's `http` without an `import`. To give an ES module what `http` exports, Node reads all of
 * it, and one of its exports is a second HTTP client, with WebSockets, which nobody here uses: 14 MB, and ten times
 * the time that `http` itself takes.
 */
export const leanHttp: Plugin = {
  name: 'lean-http',
  resolveId: {
    filter: { id: /^(?:node:)?http$/ },
    handler: (_source, _importer, { kind }) => (kind === 'require-call' ? null : standIn),
  },
  load: {
    filter: { id: /^virtual\/node-http$/ },
    handler: () => `const http = process.getBuiltinModule('node:http');
export default http;
export const { ${plainExports().join(', ')} } = http;`,
  },
};

/** Those that are there without being made when somebody looks. */
function plainExports(): string[] {
  const all = Object.entries(Object.getOwnPropertyDescriptors(http));
  return all.filter(([, { get }]) => get === undefined).map(([name]) => name);
}
