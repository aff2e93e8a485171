import manifest from '../package.json' with { type: 'json' };

/** Version of fluxctl and fluxd, which are released together; semver. */
export const version: string = manifest.version;
