import { startImageRegistry } from './image-registry/start-image-registry.ts';
import { dockerRegistryProgram, startDockerRegistry } from './real/start-docker-registry.ts';

/** A registry, whoever made it. Images come in by `pushImage`. */
export interface RegistryAccess extends AsyncDisposable {
  /** As in image references: `127.0.0.1:5000`. */
  readonly host: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** A kind of registry that a test runs against; each must meet the same expectations. */
export interface RegistryUnderTest {
  readonly name: 'sandbox' | 'docker-registry';
  /** Why it cannot be started here. */
  readonly missing?: string;
  start(): Promise<RegistryAccess>;
}

/** The sandbox's, and Debian's docker-registry, which is said to be missing where it is not installed. */
export function registriesUnderTest(): readonly RegistryUnderTest[] {
  const program = dockerRegistryProgram();
  const missing = 'docker-registry is not installed';
  return [
    { name: 'sandbox', start: () => startImageRegistry() },
    program
      ? { name: 'docker-registry', start: () => startDockerRegistry(program) }
      : { name: 'docker-registry', missing, start: () => Promise.reject(new Error(missing)) },
  ];
}
