import { AnswerError, RequestError } from '@fluxctl/shared/api/api-error';
import type { ApiClient } from '@fluxctl/shared/api/client';
import { errorMessage, ServerError } from '@fluxctl/shared/errors';
import { defineCommand } from './command.ts';

export const saveCommand = defineCommand({
  name: 'save',
  summary: 'Save what runs in the cluster as manifests, to begin a repository with',
  examples: ['fluxctl save --k8s-fwd-ns=flux --out=.'],
  flags: {
    out: {
      type: 'string',
      short: 'o',
      fallback: '-',
      help: 'An existing directory to save into; - is stdout',
    },
  },
  async run({ flags }, { out, connect }) {
    const text = await exportedText(await connect());
    const [{ checkDirectory }, { saveDocuments }, { readDocuments, writeDocument }, { stripObject }] =
      await Promise.all([
        import('../output/check-directory.ts'),
        import('../save/save-documents.ts'),
        import('../save/kube-yaml.ts'),
        import('../save/strip-object.ts'),
      ]);
    if (flags.out !== '-') await checkDirectory(flags.out, 'path ');
    const objects = readAll(readDocuments, text).map(stripObject);
    if (flags.out === '-') return out.write(objects.map(writeDocument).join(''));
    await saveDocuments(flags.out, objects, (line) => out.line(line));
  },
});

/** The daemon's own advice goes through as it is. */
async function exportedText(api: ApiClient): Promise<string> {
  try {
    return Buffer.from((await api.export()) ?? '', 'base64').toString('utf8');
  } catch (cause) {
    const ours = cause instanceof AnswerError || cause instanceof RequestError;
    throw ours ? new ServerError(`exporting config: ${errorMessage(cause)}`, { cause }) : cause;
  }
}

/** Better than Flux v1, which stops without a word at what it cannot read. */
function readAll(read: (text: string) => unknown[], text: string): unknown[] {
  try {
    return read(text);
  } catch (cause) {
    throw new ServerError(`exporting config: what the daemon sent is no YAML: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
