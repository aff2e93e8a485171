export interface ClientsQuestion {
  readonly url: string;
  /** So many at once. */
  readonly clients: number;
  /** In all. */
  readonly answers: number;
}

export interface ClientsTimes {
  /** For all of them, in milliseconds. */
  readonly ms: number;
  /** For each. */
  readonly times: readonly number[];
  /** Of one answer. */
  readonly bytes: number;
}

export type ClientsAnswer = ClientsTimes | { readonly error: string };
