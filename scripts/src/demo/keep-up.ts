import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

/** Tells what can be done with a world that stays up, and waits until the person ends it. */
export async function keepUp(stage: Stage, screen: Screen, signal: AbortSignal): Promise<void> {
  const file = join(stage.folder, 'env');
  const wanted = Object.entries({ ...stage.env, GIT_REMOTE: stage.gitUrl }).filter(
    ([name]) => name !== 'HOME' && name !== 'GIT_CONFIG_GLOBAL',
  );
  writeFileSync(file, wanted.map(([name, value]) => `export ${name}="${value}"\n`).join(''));
  screen.heading('The sandbox stays up until Ctrl-C. In another terminal:');
  screen.command(`. ${file}`);
  screen.note('sets PATH, KUBECONFIG and the key for git; then, for example:');
  for (const command of [
    'git clone "$GIT_REMOTE" && cd flux-demo   # change something, commit, push',
    `fluxctl sync ${stage.toDaemon}`,
    'kubectl -n demo get all',
    `fluxctl status ${stage.toDaemon}`,
    'kubectl -n demo delete deployment docker-nodejs-demo   # comes back by itself',
    'kubectl -n flux logs deployment/flux --follow',
  ]) {
    screen.command(command);
  }
  screen.note(`kubeconfig: ${stage.env.KUBECONFIG}`);
  screen.note(`git remote: ${stage.gitUrl}`);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
