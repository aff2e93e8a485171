import type { Cause, PolicyUpdate } from '@fluxctl/shared/api/types';

/** What is to become of the policies of one workload, as the API takes it. */
export type PolicyChange = PolicyUpdate[string];

/** To be removed; the daemon looks at the names alone. */
export function removal(...policies: readonly string[]): PolicyChange['remove'] {
  return Object.fromEntries(policies.map((policy) => [policy, 'true']));
}

export function automating(): PolicyChange {
  return { add: { automated: 'true' }, remove: {} };
}

export function deautomating(): PolicyChange {
  return { add: {}, remove: removal('automated') };
}

/** Who locks, and why, is remembered only where it is known who. */
export function locking({ Message, User }: Cause): PolicyChange {
  const by = User === '' ? {} : { locked_user: User, locked_msg: Message };
  return { add: { locked: 'true', ...by }, remove: {} };
}

export function unlocking(): PolicyChange {
  return { add: {}, remove: removal('locked', 'locked_msg', 'locked_user') };
}

/** All of them at once; what is both added and removed is removed. */
export function together(...changes: readonly PolicyChange[]): PolicyChange {
  return {
    add: Object.assign({}, ...changes.map(({ add }) => add)),
    remove: Object.assign({}, ...changes.map(({ remove }) => remove)),
  };
}
