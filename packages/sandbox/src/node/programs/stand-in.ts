import type { Exit, Program, RunningProgram } from './program.ts';

/** How long a stand-in needs for a task, in ms. */
const taskMs = 100;
/** How long a crash takes to come, in ms. */
const crashMs = 50;

/** For images of which the sandbox knows nothing: runs and does nothing; tasks end well after a moment. */
export const standIn: Program = {
  async start({ image, isTask, write }) {
    write(`${image} is not part of the sandbox: this container does nothing\n`);
    return isTask ? idle(taskMs, { code: 0 }) : idle();
  },
};

/** Ends with an error soon after every start: what a broken release looks like. */
export function crashing(how: { readonly exitCode: number; readonly lastWords?: string }): Program {
  return {
    async start({ write }) {
      if (how.lastWords !== undefined) write(`${how.lastWords}\n`);
      // Nothing answers its probes before it ends.
      return { ...idle(crashMs, { code: how.exitCode }), probes: 'asked' };
    },
  };
}

/** Does nothing until it is told to end, or until its time is over. */
function idle(ms?: number, atTheEnd: Exit = { code: 0 }): RunningProgram {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  const timer = ms === undefined ? undefined : setTimeout(() => resolve(atTheEnd), ms);
  const end = (exit: Exit): void => {
    clearTimeout(timer);
    resolve(exit);
  };
  return {
    port: () => undefined,
    probes: 'taken as passed',
    ended: promise,
    terminate: () => end({ code: 143, signal: 15 }),
    kill: () => end({ code: 137, signal: 9 }),
  };
}
