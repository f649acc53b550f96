import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from '../runtime/log.ts';
import type { SpanOptions, StartedSpan, Tracer } from '../runtime/tracing.ts';
import { withoutSlashAtEnd } from '../runtime/urls.ts';
import { reportingExporter } from './reporting-exporter.ts';

export interface OtlpOptions {
  /** Base URL of a collector that takes OTLP over HTTP. */
  endpoint: string;
  /** Kind of this process, such as `api`; OTEL_SERVICE_NAME replaces the name that it makes. */
  role: string;
  /** Milliseconds for which spans are collected. */
  delay: number;
  log: Log;
}

export interface OtlpTracer extends Tracer {
  /** Sends what is left, within 2 s. */
  close(): Promise<void>;
}

/** Milliseconds that the end of the process waits for a collector. */
const PATIENCE = 2000;

/** Milliseconds for one request to the collector, with its repetitions. */
const TIMEOUT = 5000;

const KINDS: Readonly<Record<NonNullable<SpanOptions['kind']>, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/**
 * Sends spans to a collector in batches, beside the work that they describe. More than 2048 that wait are dropped, so that
 * a collector that is away costs neither time nor memory. Headers, compression, the sampler and limits are those of OpenTelemetry's
 * own variables, which its packages read.
 */
export function createOtlpTracer({ endpoint, role, delay, log }: OtlpOptions): OtlpTracer {
  const exporter = new OTLPTraceExporter({
    url: `${withoutSlashAtEnd(endpoint)}/v1/traces`,
    timeoutMillis: TIMEOUT,
  });
  const processor = new BatchSpanProcessor({
    exporter: reportingExporter(exporter, log),
    scheduledDelayMillis: delay,
    exportTimeoutMillis: TIMEOUT,
  });
  const named = resourceFromAttributes({ 'service.name': `tonemill-${role}` });
  const resource = named.merge(detectResources({ detectors: [envDetector] }));
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  const spans = provider.getTracer('tonemill');
  return {
    start(name, { kind = 'internal', attributes = {} }, parent) {
      const context =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent));
      return startedSpan(
        spans.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, context),
      );
    },
    async close() {
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, PATIENCE);
      await Promise.race([provider.shutdown().catch(() => undefined), patience.promise]);
      clearTimeout(timer);
    },
  };
}

/** @param traceparent a valid one: version, trace, span and flags */
function remote(traceparent: string) {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function startedSpan(span: Span): StartedSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const flags = (traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01';
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes({ ...attributes }),
    fail(code) {
      span.setAttribute('error.type', code);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
    end: () => span.end(),
  };
}
