import { AppError } from './errors.ts';
import { currentTraceparent, validTraceparent, withTraceparent } from './traceparent.ts';

/** Names, numbers and codes of this program; never a text of a user, an address or a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** Its part in an exchange, as OpenTelemetry has it. */
  kind?: 'server' | 'client' | 'consumer' | 'internal';
  /** A `traceparent` from outside; null for a trace of its own. Absent: that of the work that runs. */
  parent?: string | null;
  attributes?: SpanAttributes;
}

/** A span while its work runs. */
export interface ActiveSpan {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed, by the code of its error. */
  fail(code: string): void;
}

export interface StartedSpan extends ActiveSpan {
  /** The `traceparent` of work inside of the span. */
  traceparent: string;
  end(): void;
}

/** Records spans. */
export interface Tracer {
  /** @param parent a valid `traceparent`; undefined begins a trace */
  start(name: string, options: Omit<SpanOptions, 'parent'>, parent: string | undefined): StartedSpan;
}

const NO_SPAN: ActiveSpan = { rename: () => undefined, set: () => undefined, fail: () => undefined };

let tracer: Tracer | undefined;

/** Sets the tracer of this process; undefined for none. */
export function setTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Runs work in a span. Without a tracer, the work still runs under the `traceparent` of its parent. */
export async function traced<T>(
  name: string,
  options: SpanOptions,
  work: (span: ActiveSpan) => Promise<T>,
): Promise<T> {
  const parent = options.parent === undefined ? currentTraceparent() : options.parent;
  if (!tracer) return withTraceparent(parent, () => work(NO_SPAN));
  const span = tracer.start(name, options, validTraceparent(parent));
  try {
    return await withTraceparent(span.traceparent, () => work(span));
  } catch (error) {
    span.fail(codeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Code or class of an error, since its message may name a file or an address. */
function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : 'thrown';
}
