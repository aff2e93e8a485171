import type { Plugin } from 'rolldown';

/**
 * What axios imports of Node.js, and how it is to be had. An `import` of `http` makes Node read all that the
 * module exports, and one of its exports is a second HTTP client, with WebSockets: ten times the time that
 * `http` itself takes. What only `https:` addresses, HTTP/2 and forms need is loaded when it is used.
 */
const standIns: Readonly<Record<string, string>> = {
  http: atOnce('http'),
  stream: atOnce('stream'),
  util: atOnce('util'),
  zlib: atOnce('zlib'),
  crypto: whenUsed('crypto'),
  http2: whenUsed('http2'),
  https: whenUsed('https'),
};

function atOnce(name: string): string {
  return `module.exports = process.getBuiltinModule('node:${name}');`;
}

function whenUsed(name: string): string {
  return `module.exports = new Proxy({}, { get: (_, key) => process.getBuiltinModule('node:${name}')[key] });`;
}

const prefix = 'virtual:axios/';
/** The other way in which axios could send a request; to see whether there is one, it would be loaded. */
const withoutFetch = 'export const getFetch = () => undefined; export default undefined;';
const parts =
  /\/node_modules\/(?:axios|follow-redirects|form-data|combined-stream|delayed-stream|proxy-from-env)\//;

export const leanAxios: Plugin = {
  name: 'lean-axios',
  resolveId: {
    filter: { id: /^(?:node:)?(?:http2?|https|stream|util|zlib|crypto)$|^\.\/fetch\.js$/ },
    handler(source, importer) {
      const name = source.replace('node:', '');
      if (importer?.endsWith('/axios/lib/adapters/adapters.js') && name === './fetch.js')
        return `${prefix}fetch`;
      return importer && parts.test(importer) && name in standIns ? `${prefix}${name}` : null;
    },
  },
  load: {
    filter: { id: /^virtual:axios\// },
    handler: (id) => (id === `${prefix}fetch` ? withoutFetch : (standIns[id.slice(prefix.length)] ?? null)),
  },
  transform: {
    filter: { id: /\/axios\/lib\/utils\.js$/ },
    // To look at what is there of browsers' forms, of which we send none, loads the second client as well.
    handler: (code) => code.replaceAll('G.FormData', 'undefined'),
  },
};
