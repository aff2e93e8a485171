import type { Exit, Program } from './program.ts';

/** How long a stand-in needs for a task, in ms. */
const taskMs = 100;

/** For images of which the sandbox knows nothing: runs and does nothing; tasks end well after a moment. */
export const standIn: Program = {
  async start({ image, isTask, write }) {
    write(`${image} is not part of the sandbox: this container does nothing\n`);
    const { promise, resolve } = Promise.withResolvers<Exit>();
    const timer = isTask ? setTimeout(() => resolve({ code: 0 }), taskMs) : undefined;
    const end = (exit: Exit) => {
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
  },
};

/** Ends with an error soon after every start: what a broken release looks like. */
export function crashing(code: number, afterMs: number, lastWords: string): Program {
  return {
    async start({ write }) {
      const { promise, resolve } = Promise.withResolvers<Exit>();
      const timer = setTimeout(() => {
        write(`${lastWords}\n`);
        resolve({ code });
      }, afterMs);
      const end = (exit: Exit) => {
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
    },
  };
}
