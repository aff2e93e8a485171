import type { Logger } from '../log/logger.ts';
import type { Definitions } from './definitions.ts';
import { sourceText } from './outcomes.ts';
import type { Wanted } from './wanted.ts';

/** Logs what is wrong with what git defines; what was told for the last pass is not told again. */
export function createDefinitionTeller(log: Logger): (now: Definitions) => void {
  const daemon = log.with({ component: 'daemon' });
  const loop = log.with({ component: 'sync-loop' });
  const apply = log.with({ method: 'Sync' });
  let problemsTold: ReadonlySet<string> = new Set();
  let unscopedTold: ReadonlySet<string> = new Set();

  function tellProblems({ problems }: Definitions): void {
    const texts = new Set<string>();
    for (const { message, source, severity } of problems) {
      const text = `${message} (${sourceText(source)})`;
      texts.add(text);
      if (problemsTold.has(text)) continue;
      if (severity === 'warning') daemon.log({ warning: text });
      else loop.log({ err: `loading resources from repo: ${text}` });
    }
    problemsTold = texts;
  }

  function tellUnscoped({ unscoped, wanted }: Definitions): void {
    const names = new Set(unscoped.map(scopeName));
    if (unscopedTold.size > 0) {
      for (const one of wanted) {
        const isBack = one.standing.kind !== 'unscoped' && unscopedTold.has(scopeName(one));
        if (isBack) log.log({ info: `found scope of resource ${one.id}, back in business!` });
      }
    }
    for (const one of unscoped) {
      if (unscopedTold.has(scopeName(one)) || one.standing.kind !== 'unscoped') continue;
      const resource = `${one.manifest.kind.toLowerCase()}/${one.manifest.name}`;
      log.log({
        warn: `cannot find scope of resource ${resource}: ${one.standing.reason}`,
        impact: `resource ${resource} will be excluded until its scope is available`,
        source: sourceText(one.manifest.source),
      });
    }
    unscopedTold = names;
  }

  return (now) => {
    tellProblems(now);
    tellUnscoped(now);
    const excluded = now.wanted.filter(({ standing }) => standing.kind === 'excluded').map(({ id }) => id);
    if (excluded.length === 0) return;
    apply.log({
      warning: 'not applying resources; excluded by namespace constraints',
      resources: excluded.sort().join(','),
    });
  };
}

/** The same before and after the scope is known. */
function scopeName({ manifest }: Wanted): string {
  const { apiVersion, kind, namespace, name } = manifest;
  return `${apiVersion} ${kind} ${namespace ?? ''} ${name}`;
}
