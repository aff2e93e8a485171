import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';

const script = fileURLToPath(new URL('./world-until-stopped.ts', import.meta.url));

function stateOf(pid: number): string {
  return spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}

it.each([
  { how: 'SIGINT', status: 130 },
  { how: 'SIGTERM', status: 143 },
  { how: 'crash', status: 1 },
] as const)('after $how nothing is left of a world', async ({ how, status }) => {
  const child = spawn(process.execPath, [script, how], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { folder, pid } = JSON.parse(line) as { folder: string; pid: number };
  const ended = once(child, 'exit');
  if (how !== 'crash') child.kill(how);
  expect(await ended).toEqual([status, null]);
  expect(existsSync(folder)).toBe(false);
  // Nothing, or what is dead and only waits for its new parent to notice.
  await vi.waitFor(() => expect(stateOf(pid)).toMatch(/^(Z.*)?$/));
});
