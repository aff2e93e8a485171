import { spawn } from 'node:child_process';

/** Milliseconds from start to end of a Node.js process. */
export async function runNode(args: readonly string[], signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', signal });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`node ${args.join(' ')} ended with ${code}`)),
    );
  });
  return performance.now() - start;
}
