import type { ImageUpdate } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import { allLatest, parseImageSpec } from '@fluxctl/shared/images/image-ref';
import type { CommandContext } from '../commands/command.ts';
import { parseWorkload } from '../commands/workload-flags.ts';

/** What a release without a plan is made of. */
export interface ReleaseFlags {
  readonly namespace: string;
  readonly workload: readonly string[];
  readonly controller: readonly string[];
  readonly all: boolean;
  readonly 'update-image': string;
  readonly 'update-all-images': boolean;
  readonly exclude: readonly string[];
  readonly 'dry-run': boolean;
  readonly interactive: boolean;
  readonly force: boolean;
  readonly watch: boolean;
}

const everything = '<all>';

/**
 * Reads the flags, with the checks of Flux v1 in its order and its words. Whoever chooses from a menu
 * need not choose before: `--interactive` alone is about all workloads and all images.
 * @throws {UserError}
 */
export async function readImageUpdate(
  flags: ReleaseFlags,
  context: Pick<CommandContext, 'err' | 'env' | 'kubeContext'>,
): Promise<ImageUpdate> {
  const named = [...flags.workload, ...flags.controller];
  const allImages = flags['update-all-images'] || (flags.interactive && flags['update-image'] === '');
  const all = flags.all || (flags.interactive && named.length === 0);
  checkImages(flags['update-image'], allImages);
  if (!all && named.length === 0) {
    throw new UserError('please supply either --all, or at least one --workload=<workload>');
  }
  if (flags.watch && flags['dry-run']) throw new UserError('cannot use --watch with --dry-run');
  for (const warning of forceWarnings(flags.force, all, allImages)) context.err.line(warning);

  const ids = (texts: readonly string[]): Promise<readonly string[]> =>
    Promise.all(texts.map((text) => parseWorkload(text, flags.namespace, context)));
  const ServiceSpecs = all ? [everything] : await ids(named);
  const ImageSpec = allImages ? allLatest : parseImageSpec(flags['update-image']);
  const excluded = await ids(flags.exclude);
  return {
    ServiceSpecs,
    ImageSpec,
    Kind: flags['dry-run'] || flags.interactive ? 'plan' : 'execute',
    Excludes: excluded.length > 0 ? excluded : null,
    Force: flags.force,
  };
}

/** The workloads that an update names; none: it is about all. */
export function namedWorkloads({ ServiceSpecs }: ImageUpdate): readonly string[] {
  return ServiceSpecs.includes(everything) ? [] : ServiceSpecs;
}

function checkImages(image: string, all: boolean): void {
  const choices = '--update-image=<image> or --update-all-images';
  if (image === '' && !all) throw new UserError(`please supply exactly one of ${choices}`);
  if (image !== '' && all) throw new UserError(`please supply only one of ${choices}`);
}

/** @throws {UserError} when force has nothing to act upon */
function forceWarnings(force: boolean, all: boolean, allImages: boolean): readonly string[] {
  if (!force) return [];
  if (all && allImages) {
    throw new UserError('--force has no effect when used with --all and --update-all-images');
  }
  if (all) return ['Warning: --force will not ignore locked workloads when used with --all'];
  if (!allImages) return [];
  return ['Warning: --force will not ignore container image tags when used with --update-all-images'];
}
