import type { Plugin } from 'rolldown';

/**
 * Node's modules that commander imports for subcommands that are programs of their own, which we have none
 * of. An `import` of such a module makes Node load all that it leads to (readline, worker threads, sockets),
 * two thirds of the start-up of `fluxctl version`; these stand-ins load it when it is used.
 */
const standIns: Readonly<Record<string, string>> = {
  'node:child_process': lazyDefault('node:child_process'),
  'node:fs': lazyDefault('node:fs'),
  'node:process': 'export default globalThis.process;',
  'node:util':
    "export const stripVTControlCharacters = (text) => process.getBuiltinModule('node:util').stripVTControlCharacters(text);",
};

function lazyDefault(name: string): string {
  return `export default new Proxy({}, { get: (_, key) => process.getBuiltinModule('${name}')[key] });`;
}

const prefix = 'virtual:commander/';

export const leanCommander: Plugin = {
  name: 'lean-commander',
  resolveId: {
    filter: { id: /^node:/ },
    handler: (source, importer) =>
      importer?.includes('/node_modules/commander/') && source in standIns ? `${prefix}${source}` : null,
  },
  load: {
    filter: { id: /^virtual:commander\// },
    handler: (id) => standIns[id.slice(prefix.length)] ?? null,
  },
};
