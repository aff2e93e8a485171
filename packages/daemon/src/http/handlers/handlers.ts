import type { RouteName } from '@fluxctl/shared/api/routes';
import { exportCluster, ping, status, version } from './daemon.ts';
import { getPublicSshKey, gitRepoConfig, notify, regeneratePublicSshKey, syncStatus } from './git.ts';
import type { Handler } from './handler.ts';
import { explain, listImages, listWorkloadDetails, registry } from './images.ts';
import { jobStatus } from './jobs.ts';
import { listServices } from './services.ts';
import { updateImages, updateManifests, updatePolicies } from './updates.ts';

/** What answers each route. */
export const handlers: Readonly<Record<RouteName, Handler>> = {
  Ping: ping,
  Version: version,
  Notify: notify,
  ListServices: listServices,
  ListServicesWithOptions: listServices,
  ListImages: listImages,
  ListImagesWithOptions: listImages,
  UpdateManifests: updateManifests,
  UpdateImages: updateImages,
  UpdatePolicies: updatePolicies,
  JobStatus: jobStatus,
  SyncStatus: syncStatus,
  Export: exportCluster,
  GitRepoConfig: gitRepoConfig,
  GetPublicSSHKey: getPublicSshKey,
  RegeneratePublicSSHKey: regeneratePublicSshKey,
  Status: status,
  Workloads: listWorkloadDetails,
  Registry: registry,
  Explain: explain,
};
