import { UserError } from '@fluxctl/shared/errors';
import { type PolicyChange, removal } from './policy-change.ts';

interface KnownPolicy {
  /** Whether its name goes on behind a dot with that of a container. */
  readonly perContainer: boolean;
  /** How a value may look like. */
  readonly example: string;
  /** Half a line. */
  readonly help: string;
}

const workload = (example: string, help: string): KnownPolicy => ({ perContainer: false, example, help });
const container = (example: string, help: string): KnownPolicy => ({ perContainer: true, example, help });

/** What `--set` and `--unset` know, by name: annotations under `fluxcd.io/`. */
const knownPolicies: Readonly<Record<string, KnownPolicy>> = {
  order: container('numeric', 'newest by: created, semver, numeric or alphabetical'),
  pin: container('digest', 'digest: write the digest of the image behind its tag'),
  'min-age': container('2h', 'how old an image must be to be taken, as 2h'),
  hold: container('1.2.3', 'tags not to be taken again, with commas between them'),
  freeze: workload(
    'Fri 16:00-Mon 08:00 Europe/Berlin',
    'no updates then, as Fri 16:00-Mon 08:00 Europe/Berlin',
  ),
  'allow-downgrade': workload('true', 'true or false: may an image go back to one before it'),
  rollback: workload('true', 'true: answer a failed rollout with the image before'),
  automated: workload('true', 'true: as --automate'),
  locked: workload('true', 'true: as --lock'),
  locked_user: workload('Ann', 'who locked it'),
  locked_msg: workload('release day', 'why it is locked'),
  ignore: workload('true', 'true: neither apply nor update it; sync_only: never delete it'),
  tag: container('semver:~1.2', 'as --tag'),
};

/** Beginnings of what `--set` takes, and of what `--unset` does. */
export function policyNames(end: '=' | ''): string[] {
  return Object.entries(knownPolicies).map(([name, { perContainer }]) => name + (perContainer ? '.' : end));
}

/** A line for each, for the help. */
export function policyHelp(): string {
  const rows = Object.entries(knownPolicies).map(([name, one]) => [fullName(name, one), one.help] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`).join('\n');
}

/** `C` stands for the name of a container. */
function fullName(name: string, { perContainer }: KnownPolicy): string {
  return perContainer ? `${name}.C` : name;
}

/**
 * Reads the values of `--set` (`NAME=VALUE`, split at the first `=`) and of `--unset` (`NAME`).
 * @throws {UserError} for names that are none, and for what is both set and unset
 */
export function readPolicySettings(set: readonly string[], unset: readonly string[]): PolicyChange {
  const add = Object.fromEntries(set.map(readSetting));
  for (const name of unset) {
    checkName(name);
    if (Object.hasOwn(add, name)) throw new UserError(`${name} is both set and unset`);
  }
  return { add, remove: removal(...unset) };
}

function readSetting(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const { example } = checkName(name);
  if (at < 0) throw new UserError(`${name} needs a value, as --set '${name}=${example}'`);
  const value = text.slice(at + 1);
  if (value === '') throw new UserError(`${name} needs a value; --unset ${name} takes it away`);
  return [name, value];
}

/** @throws {UserError} unless there is such a policy */
function checkName(name: string): KnownPolicy {
  const dot = name.indexOf('.');
  const known = dot < 0 ? name : name.slice(0, dot);
  const policy = Object.hasOwn(knownPolicies, known) ? knownPolicies[known] : undefined;
  if (!policy) {
    const names = Object.entries(knownPolicies).map(([text, one]) => fullName(text, one));
    throw new UserError(`there is no policy ${JSON.stringify(name)}; there are ${names.join(', ')}`);
  }
  if (policy.perContainer && (dot < 0 || dot === name.length - 1)) {
    throw new UserError(`${known} is for one container: write ${known}.CONTAINER`);
  }
  if (!policy.perContainer && dot >= 0) {
    throw new UserError(`${known} is for the whole workload: write it without ${name.slice(dot)}`);
  }
  return policy;
}
