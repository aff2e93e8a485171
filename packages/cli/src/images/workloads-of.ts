import type { ApiClient } from '@fluxctl/shared/api/client';
import type { Container, ControllerStatus, ImageStatus } from '@fluxctl/shared/api/types';
import { readWorkloads } from '../workloads/read-workloads.ts';

/** The workloads whose images were listed. @param scope - as the images were asked for */
export async function workloadsOf(
  api: ApiClient,
  { namespace, service }: { readonly namespace: string; readonly service: string },
): Promise<readonly ControllerStatus[]> {
  const answer = service.startsWith('<')
    ? await api.listServices(namespace)
    : await api.listServicesById([service]);
  return readWorkloads(answer) ?? [];
}

/** A daemon of Flux v1 sends no image where it knows none for it in the registry. */
export function lacksImage({ Containers }: ImageStatus): boolean {
  return Containers?.some(({ Current }) => Current.ID === '') ?? false;
}

/** Puts in the images that the workloads run, where they are missing. */
export function fillIn(
  images: readonly ImageStatus[],
  workloads: readonly ControllerStatus[],
): readonly ImageStatus[] {
  const running = new Map(workloads.map(({ ID, Containers }) => [ID, Containers ?? []]));
  return images.map(({ ID, Containers }) => ({
    ID,
    Containers: Containers?.map((one) => withImage(one, running.get(ID) ?? [])) ?? null,
  }));
}

function withImage(container: Container, running: readonly Container[]): Container {
  if (container.Current.ID !== '') return container;
  const same = running.find(({ Name }) => Name === container.Name);
  return same ? { ...container, Current: same.Current } : container;
}
