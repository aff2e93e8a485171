/** Told when a job takes too long; Flux v1's words. */
export const jobNotice = `
We timed out waiting for the result of the operation. This does not
necessarily mean it has failed. You can check the state of the
cluster, or commit logs, to see if there was a result. In general, it
is safe to retry operations.
`;

/** Told when a commit is not applied in time; Flux v1's words. */
export const commitNotice = `
The operation succeeded, but we timed out waiting for the commit to be
applied. This does not necessarily mean there is a problem. Use

    fluxctl sync

to run a sync interactively.
`;
