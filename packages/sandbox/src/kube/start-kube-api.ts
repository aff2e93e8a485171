import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ClusterAccess } from '../cluster-access.ts';
import { createCertificate } from '../http/certificate.ts';
import { FaultPlan } from '../http/fault-plan.ts';
import { HttpHost } from '../http/http-host.ts';
import { writeKubeconfig } from '../real/write-kubeconfig.ts';
import { Credentials, type User } from './access/credentials.ts';
import { DenyRules } from './access/deny-rules.ts';
import type { Fault, Faults } from './access/faults.ts';
import type { RequestInfo, RequestMatch } from './access/request-info.ts';
import { RequestLog } from './access/request-log.ts';
import { createFirstObjects } from './bootstrap.ts';
import { runControllers } from './controllers/controller.ts';
import { definitionController } from './controllers/definitions.ts';
import { garbageCollector } from './controllers/garbage-collector.ts';
import { namespaceController, serviceAccountController } from './controllers/namespaces.ts';
import { volumeProtectionController } from './controllers/volume-protection.ts';
import { KubeHandler } from './http/kube-handler.ts';
import type { SubresourceHandler } from './http/subresource-handlers.ts';
import type { OpenWatch } from './http/watch-answer.ts';
import { KindRegistry } from './registry/kind-registry.ts';
import { createClient, type KubeClient } from './resources/client.ts';
import type { World } from './resources/context.ts';
import type { SchemaData } from './schema/schema-data.ts';
import { Store } from './store/store.ts';

export interface KubeApiOptions {
  /** 0 or left out: a free one. */
  readonly port?: number;
  readonly now?: () => Date;
}

/** The sandbox's Kubernetes API, and what tests and the node can do to it from inside the process. */
export interface KubeApi extends ClusterAccess {
  readonly port: number;
  readonly store: Store;
  readonly world: World;
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** The API without the network; `manager` names the writer in managedFields. */
  client(manager: string): KubeClient;
  /** A further user. @returns the bearer token */
  addUser(user: User): string;
  /** The kubeconfig of another token. */
  kubeconfigOf(token: string, namespace?: string): string;
  revoke(token: string): void;
  /** Forbids requests, as RBAC would. @returns allows them again */
  deny(match: RequestMatch): () => void;
  /** Serves a subresource: `pods/log`, `pods/portforward`, `pods/exec`. @returns ends it */
  serveSubresource(name: string, handler: SubresourceHandler): () => void;
  /** Ends open watches: orderly, as a lost connection, or with 410 as after a compaction. @returns how many */
  endWatches(how: 'end' | 'cut' | 'expire', plural?: string): number;
  readonly openWatches: number;
  /** What the built-in controllers could not do; empty unless something is wrong with the sandbox itself. */
  readonly controllerProblems: readonly unknown[];
  /** Forgets history: watches that start from an older version get 410. */
  compact(): void;
  /** Stops answering, as a server that is down; state is kept. */
  goAway(): Promise<void>;
  /** Answers again on the same port. */
  comeBack(): Promise<void>;
}

async function readSchema(): Promise<SchemaData> {
  return JSON.parse(await readFile(new URL('./generated/kube-schema.json', import.meta.url), 'utf8'));
}

export async function startKubeApi(options: KubeApiOptions = {}): Promise<KubeApi> {
  const [certificate, schema] = await Promise.all([createCertificate(), readSchema()]);
  const world: World = {
    store: new Store(),
    kinds: new KindRegistry(schema),
    now: options.now ?? (() => new Date()),
    uid: randomUUID,
    random: Math.random,
  };
  const credentials = new Credentials();
  const denied = new DenyRules();
  const faults = new FaultPlan<RequestInfo, Fault>();
  const requests = new RequestLog();
  const subresources = new Map<string, SubresourceHandler>();
  const watches = new Set<OpenWatch>();
  const handler = new KubeHandler({
    world,
    credentials,
    denied,
    faults,
    requests,
    subresources,
    watches,
    snapshots: new Map(),
  });
  const server = new HttpHost(certificate, handler);
  const addUser = (user: User): string => {
    const token = randomBytes(16).toString('hex');
    credentials.set(token, user);
    return token;
  };
  const token = addUser({ name: 'admin', groups: ['system:masters', 'system:authenticated'] });

  const problems: unknown[] = [];
  const endControllers = runControllers(
    world.store,
    [
      definitionController(world, (kind) => {
        for (const watch of watches) if (watch.kind.storage === kind.storage) watch.close('end');
      }),
      garbageCollector(world),
      namespaceController(world),
      serviceAccountController(world),
      volumeProtectionController(world),
    ],
    (error) => problems.push(error),
  );
  createFirstObjects(createClient(world, 'kube-apiserver'));
  await server.start(options.port ?? 0);
  const address = `https://127.0.0.1:${server.port}`;
  const kubeconfigOf = (token: string, namespace?: string): string =>
    writeKubeconfig({
      name: 'sandbox',
      server: address,
      ca: certificate.cert,
      token,
      ...(namespace !== undefined && { namespace }),
    });

  return {
    server: address,
    port: server.port,
    ca: certificate.cert,
    token,
    kubeconfig: kubeconfigOf(token),
    store: world.store,
    world,
    requests,
    faults,
    client: (manager) => createClient(world, manager),
    addUser,
    kubeconfigOf,
    revoke: (token) => credentials.revoke(token),
    deny: (match) => denied.deny(match),
    serveSubresource(name, subresource) {
      subresources.set(name, subresource);
      return () => {
        if (subresources.get(name) === subresource) subresources.delete(name);
      };
    },
    endWatches(how, plural) {
      const chosen = [...watches].filter(({ kind }) => plural === undefined || kind.plural === plural);
      for (const watch of chosen) {
        if (how === 'expire') watch.expire();
        else watch.close(how);
      }
      return chosen.length;
    },
    get openWatches() {
      return watches.size;
    },
    controllerProblems: problems,
    compact: () => world.store.compact(),
    goAway: () => server.stop(),
    comeBack: () => server.start(),
    async stop() {
      endControllers();
      for (const watch of watches) watch.close('cut');
      await server.stop();
    },
  };
}
