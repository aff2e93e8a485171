import { resolveSrv } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { MemcachedPorts } from '../registry/cache/memcached.ts';
import { searchedNames } from '../registry/cache/searched-names.ts';

/** Nothing is there by this name; it may be there by another. */
const absences: readonly unknown[] = ['ENOTFOUND', 'ENODATA'];

/** Looks for SRV records as for addresses: short names too. @param resolvConf - path of the resolver's file */
export function srvResolver(resolvConf: string): MemcachedPorts['resolveSrv'] {
  return async (name) => {
    const text = await readFile(resolvConf, 'utf8').catch(() => '');
    let absence: unknown;
    for (const fullName of searchedNames(name, text)) {
      try {
        return await resolveSrv(fullName);
      } catch (error) {
        if (!absences.includes((error as NodeJS.ErrnoException).code)) throw error;
        absence = error;
      }
    }
    throw absence;
  };
}
