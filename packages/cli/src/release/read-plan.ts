import type { ContainerUpdate } from '@fluxctl/shared/api/types';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { type PlanContent, planId } from './plan-id.ts';

/** As some editors put it before a text. */
const byteOrderMark = /^\ufeff/;

const help = 'Make a plan with: fluxctl release … --dry-run -o json >plan.json';

/**
 * Reads what `release --dry-run -o json` wrote.
 * @param name - of the file, for the errors
 * @throws {UserError} when it is no plan, or not as it was made
 */
export function readPlan(text: string, name: string): PlanContent & { readonly id: string } {
  const plan = readMembers(
    parseJson(text, name),
    (what) => new UserError(`${name} is no plan: ${what}`, { help }),
  );
  const expected = planId(plan);
  if (plan.id !== expected) {
    throw new UserError(
      `${name} was changed after it was made: its id is ${plan.id || 'empty'}, what is in it has the id ${expected}`,
      { help: 'Make a new plan, or, if the change is meant, write the id of what is in it into the file.' },
    );
  }
  return plan;
}

function parseJson(text: string, name: string): unknown {
  if (text.trim() === '') throw new UserError(`${name} is no plan: it is empty`, { help });
  try {
    return JSON.parse(text.replace(byteOrderMark, ''));
  } catch (cause) {
    throw new UserError(`${name} is no plan: it cannot be read as JSON: ${errorMessage(cause)}`, {
      help,
      cause,
    });
  }
}

type Refuse = (what: string) => UserError;

function readMembers(json: unknown, refuse: Refuse): PlanContent & { readonly id: string } {
  const plan = objectOf(json, 'it', refuse);
  const cause = objectOf(plan.cause, '"cause"', refuse);
  if (typeof plan.force !== 'boolean') throw refuse('"force" must be true or false');
  const updates = Object.entries(objectOf(plan.updates, '"updates"', refuse));
  return {
    id: textOf(plan.id, '"id"', refuse),
    revision: textOf(plan.revision, '"revision"', refuse),
    cause: {
      Message: textOf(cause.Message, '"cause.Message"', refuse),
      User: textOf(cause.User, '"cause.User"', refuse),
    },
    force: plan.force,
    updates: Object.fromEntries(
      updates.map(([workload, list]) => {
        const at = `"updates" of ${workload}`;
        accept(() => parseResourceId(workload), `"updates"`, refuse);
        if (!Array.isArray(list)) throw refuse(`${at} must be a list`);
        return [workload, list.map((one) => readUpdate(objectOf(one, at, refuse), at, refuse))];
      }),
    ),
  };
}

function readUpdate(json: Readonly<Record<string, unknown>>, at: string, refuse: Refuse): ContainerUpdate {
  const Target = textOf(json.Target, `${at}: "Target"`, refuse);
  accept(() => parseImageRef(Target), `${at}: "Target"`, refuse);
  return {
    Container: textOf(json.Container, `${at}: "Container"`, refuse),
    Current: textOf(json.Current, `${at}: "Current"`, refuse),
    Target,
  };
}

function objectOf(value: unknown, at: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  if (value === undefined) throw refuse(`${at} is missing`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(`${at} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown, at: string, refuse: Refuse): string {
  if (value === undefined) throw refuse(`${at} is missing`);
  if (typeof value !== 'string') throw refuse(`${at} must be a text`);
  return value;
}

/** What the daemon would refuse is told here, where the file is at hand. */
function accept(read: () => unknown, at: string, refuse: Refuse): void {
  try {
    read();
  } catch (error) {
    throw refuse(`${at}: ${errorMessage(error)}`);
  }
}
