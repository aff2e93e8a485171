/** Shells that there is a completion for, in the order in which Flux v1 names them. */
export const shells = ['bash', 'fish', 'zsh'] as const;
