import type { Cause } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { PolicyChange } from './policy-update.ts';

const headings = ['Automated', 'Deautomated', 'Locked', 'Unlocked', 'Updated policies'] as const;
type Heading = (typeof headings)[number];

/** `Automated: default:deployment/app`; a list when there is more to tell. */
export function policyMessage(updates: ReadonlyMap<ResourceId, PolicyChange>, cause: Cause): string {
  const lines = headings.flatMap((heading) => {
    const ids = [...updates].filter(([, change]) => headingsOf(change).has(heading)).map(([id]) => id);
    return ids.length === 0 ? [] : [`${heading}: ${ids.sort().join(', ')}\n`];
  });
  const list = lines.map((line) => `- ${line}`).join('');
  if (cause.Message !== '') return `${cause.Message}\n\n${list}`;
  return lines.length === 1 ? lines.join('') : `Updated workload policies\n\n${list}`;
}

function headingsOf({ add, remove }: PolicyChange): ReadonlySet<Heading> {
  const added = Object.keys(add).map((policy) => headingOf(policy, 'Automated', 'Locked'));
  const removed = remove.map((policy) => headingOf(policy, 'Deautomated', 'Unlocked'));
  return new Set([...added, ...removed]);
}

function headingOf(policy: string, automated: Heading, locked: Heading): Heading {
  if (policy === 'automated') return automated;
  return policy === 'locked' ? locked : 'Updated policies';
}
