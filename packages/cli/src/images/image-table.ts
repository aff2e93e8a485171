import type { ImageStatus } from '@fluxctl/shared/api/types';
import type { Paint } from '../output/paint.ts';
import { tabTable } from '../output/tab-table.ts';
import type { ContainerFilter } from './container-filters.ts';
import { type ImageRow, imageRows } from './image-rows.ts';

export interface ImageTableOptions {
  /** How many available images to show of each container; 0 for all. */
  readonly limit: number;
  readonly headers: boolean;
  readonly paint: Paint;
  /** Of each container, for a further column: its filter, and whether it lets a tag through. */
  readonly filterOf?: (workload: string, container: string) => ContainerFilter;
}

const headings = ['WORKLOAD', 'CONTAINER', 'IMAGE', 'CREATED'];

/** The images that there are for each container, as Flux v1 shows them. */
export function imageTable(images: readonly ImageStatus[], options: ImageTableOptions): string {
  const { headers, paint, filterOf } = options;
  const all = filterOf ? [...headings, 'FILTER'] : headings;
  const heading = headers ? [all.map(paint.heading)] : [];
  return tabTable([...heading, ...images.flatMap((one) => workloadRows(one, options))]);
}

function workloadRows({ ID, Containers }: ImageStatus, options: ImageTableOptions): string[][] {
  const { limit, paint, filterOf } = options;
  if (!Containers?.length) return [[ID, '', '', '', ...(filterOf ? [''] : [])]];
  return Containers.flatMap((container, at) => {
    const { Name = '' } = container;
    const filter = filterOf?.(ID, Name);
    return imageRows(container, limit).map((row, line) => [
      at === 0 && line === 0 ? ID : '',
      line === 0 ? Name : '',
      ...painted(row, paint),
      ...(filter ? [filterCell(row, filter, paint)] : []),
    ]);
  });
}

function painted({ about, image, created }: ImageRow, paint: Paint): string[] {
  if (about === 'container') return [image, created === '' ? '' : paint.doubtful(created)];
  if (about === 'current') return [paint.good(image), created === '?' ? paint.doubtful(created) : created];
  return [about === 'omitted' ? paint.faint(image) : image, created];
}

function filterCell(row: ImageRow, filter: ContainerFilter, paint: Paint): string {
  if (row.about === 'container') return filter.pattern;
  return row.about === 'omitted' || filter.matches(row.tag) ? '' : paint.faint('does not match');
}
