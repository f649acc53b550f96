import type { LogFields } from '../runtime/log.ts';

/**
 * Log fields that join log lines to the trace of their request (Cloud Logging, "Structured logging"), from
 * `traceparent` (W3C Trace Context) or `X-Cloud-Trace-Context`. Empty without both headers.
 * @param current `traceparent` of the request's own span; null without one
 * @param project Google Cloud project; undefined leaves the trace id without a project
 */
export function traceFields(
  headers: Headers,
  current: string | null,
  project: string | undefined,
): LogFields {
  const { trace, span, sampled } =
    w3c(current) ?? w3c(headers.get('traceparent')) ?? google(headers.get('x-cloud-trace-context')) ?? {};
  if (trace === undefined) return {};
  return {
    'logging.googleapis.com/trace': project === undefined ? trace : `projects/${project}/traces/${trace}`,
    ...(span !== undefined && { 'logging.googleapis.com/spanId': span }),
    ...(sampled && { 'logging.googleapis.com/trace_sampled': true }),
  };
}

interface Trace {
  trace: string;
  span?: string;
  sampled: boolean;
}

function w3c(header: string | null): Trace | undefined {
  const [, trace, span, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(header ?? '') ?? [];
  if (trace === undefined || span === undefined || flags === undefined || /^0+$/.test(trace))
    return undefined;
  return { trace, span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** `TRACE_ID/SPAN_ID;o=OPTIONS`; the last two may be missing, and the span is decimal. */
function google(header: string | null): Trace | undefined {
  const [, trace, span, option] = /^([0-9a-f]{32})(?:\/(\d{1,20}))?(?:;o=(\d))?/.exec(header ?? '') ?? [];
  if (trace === undefined) return undefined;
  const hex = span === undefined ? {} : { span: BigInt(span).toString(16).padStart(16, '0') };
  return { trace, ...hex, sampled: option === '1' };
}
