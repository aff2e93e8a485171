import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import type { ServerAnswer, ServerQuestion } from './messages.ts';

// A registry in a process of its own: `server-process.ts REPOSITORIES TAGS unique|same`.
const [repositories = 0, tags = 0] = process.argv.slice(2, 4).map(Number);
const isUnique = process.argv[4] === 'unique';
const registry = await startImageRegistry({ tagsEtag: true, maxPageSize: 1000 });

const names = Array.from({ length: tags }, (_, n) => `1.0.${n}`);
for (let n = 0; n < repositories; n++) {
  const repository = `team/app-${n}`;
  const created = (index: number): string => new Date(Date.UTC(2024, 0, 1, 0, index)).toISOString();
  if (isUnique)
    for (const [index, tag] of names.entries())
      registry.addImage(repository, tag, { created: created(index) });
  else {
    registry.addImage(repository, '1.0.0', { created: created(0) });
    registry.addTags(repository, names, '1.0.0');
  }
}

const tell = (answer: ServerAnswer): void => void process.send?.(answer);
process.on('message', (_question: ServerQuestion) => {
  const requests = registry.requests
    .all()
    .map(({ method, kind, url, conditional }) => ({ method, kind, url, conditional }));
  registry.requests.clear();
  tell({ type: 'requests', requests });
});
process.once('disconnect', () => process.exit());
tell({ type: 'ready', host: registry.host });
