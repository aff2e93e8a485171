/**
 * The log as Flux v1 writes it: fields only, no level. The first field's key tells what kind of line
 * it is (`info`, `err`, `event` …). A value must never hold a secret.
 */
export interface Logger {
  log(fields: LogFields): void;
  /** A logger that writes these fields first, as `component=sync-loop`. */
  with(context: LogFields): Logger;
}

export type LogFields = Readonly<Record<string, unknown>>;
