import type { Plugin } from 'rolldown';

/**
 * client-node's PortForward knows how to find a Service's or a Deployment's pods, and for these two methods
 * brings the generated clients and models of all kinds along: 1.2 MB of 1.9. We find the pods ourselves,
 * call `portForward(namespace, pod, …)` alone, and leave the generated code out.
 */
export const leanPortForward: Plugin = {
  name: 'lean-port-forward',
  resolveId: {
    filter: { id: /\/gen\/index\.js$/ },
    handler: (_source, importer) =>
      importer?.endsWith('/client-node/dist/portforward.js') ? 'virtual:no-generated-clients' : null,
  },
  load: {
    filter: { id: /^virtual:no-generated-clients$/ },
    handler: () => 'export const AppsV1Api = undefined; export const CoreV1Api = undefined;',
  },
};
