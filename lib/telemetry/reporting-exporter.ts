import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../runtime/log.ts';

/** Milliseconds between two warnings. */
const QUIET = 60_000;

/** An exporter that warns in the log if spans could not be sent, at most once a minute. */
export function reportingExporter(exporter: SpanExporter, log: Log): SpanExporter {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return {
    export(spans, onResult) {
      exporter.export(spans, (result) => {
        const now = performance.now();
        if (result.code !== 0 && now - warnedAt > QUIET) {
          warnedAt = now;
          log.warn('Traces could not be sent; they are dropped', {
            count: spans.length,
            error: result.error,
          });
        }
        onResult(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}
