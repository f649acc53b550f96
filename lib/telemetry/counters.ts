import type { Registry } from 'prom-client';
import { observedRuns } from '../audio/ffmpeg/observed-runs.ts';
import { observations } from '../ports/observations.ts';
import { Counter, Histogram } from './prom-client.ts';

/** Bounds of histograms in seconds: requests, and waits and conversions. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const WORK_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** Seconds of sound for each second of a run. */
const SPEEDS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/** A run of less sound says more of the start of a program than of its speed. Seconds. */
const LEAST_SOUND = 1;

/** Methods that a label may name, so that a client cannot add any. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts what this process does. Every label has few values: patterns of routes, codes, formats and policies of this program.
 * @returns function that ends the counting
 */
export function countObservations(registry: Registry): () => void {
  const ends = [...countRequests(registry), ...countConversions(registry), ...countOutbound(registry)];
  return () => {
    for (const end of ends) end();
  };
}

function countRequests(registry: Registry): (() => void)[] {
  const registers = [registry];
  const requests = new Counter({
    name: 'tonemill_http_requests_total',
    help: 'Answered requests by method, pattern of the route, and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'tonemill_http_request_duration_seconds',
    help: 'Time from a request to the head of its answer.',
    labelNames: ['method', 'route'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const received = new Counter({
    name: 'tonemill_http_received_bytes_total',
    help: 'Bytes of requests, with their headers, counted at the end of each answer.',
    registers,
  });
  const sent = new Counter({
    name: 'tonemill_http_sent_bytes_total',
    help: 'Bytes of answers, with their headers, counted at the end of each answer.',
    registers,
  });
  const limits = new Counter({
    name: 'tonemill_limits_hit_total',
    help: 'Requests that were refused because a limit was reached, by its policy.',
    labelNames: ['policy'],
    registers,
  });
  return [
    observations.requests.subscribe((request) => {
      const method = METHODS.has(request.method) ? request.method : 'other';
      const { route, status, seconds } = request;
      requests.inc({ method, route, status });
      durations.observe({ method, route }, seconds);
    }),
    observations.bytes.subscribe((bytes) => {
      received.inc(bytes.received);
      sent.inc(bytes.sent);
    }),
    observations.limits.subscribe(({ policy }) => limits.inc({ policy })),
  ];
}

function countConversions(registry: Registry): (() => void)[] {
  const registers = [registry];
  const conversions = new Counter({
    name: 'tonemill_conversions_total',
    help: 'Ended attempts to convert a task, by the format of the result and by outcome.',
    labelNames: ['format', 'outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'tonemill_conversion_failures_total',
    help: 'Conversions that failed for good, by the code of the error.',
    labelNames: ['code'],
    registers,
  });
  const durations = new Histogram({
    name: 'tonemill_conversion_duration_seconds',
    help: 'Time of an attempt to convert a task, by the format of the result.',
    labelNames: ['format'],
    buckets: WORK_SECONDS,
    registers,
  });
  const waits = new Histogram({
    name: 'tonemill_task_wait_seconds',
    help: 'Time for which a task waited until its first attempt.',
    buckets: WORK_SECONDS,
    registers,
  });
  const runs = new Counter({
    name: 'tonemill_ffmpeg_runs_total',
    help: 'Runs of ffmpeg that ended by themselves, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const speeds = new Histogram({
    name: 'tonemill_ffmpeg_speed_ratio',
    help: 'Seconds of sound that ffmpeg processed in each second.',
    buckets: SPEEDS,
    registers,
  });
  return [
    observations.waits.subscribe(({ seconds }) => waits.observe(seconds)),
    observations.conversions.subscribe(({ format, outcome, code, seconds }) => {
      conversions.inc({ format, outcome });
      durations.observe({ format }, seconds);
      if (code !== undefined) failures.inc({ code });
    }),
    observedRuns.subscribe(({ sound, seconds, isSuccess }) => {
      runs.inc({ outcome: isSuccess ? 'success' : 'failure' });
      if (isSuccess && sound >= LEAST_SOUND) speeds.observe(sound / seconds);
    }),
  ];
}

function countOutbound(registry: Registry): (() => void)[] {
  const registers = [registry];
  const deliveries = new Counter({
    name: 'tonemill_webhook_deliveries_total',
    help: 'Tries to send a message of a webhook, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const transfers = new Counter({
    name: 'tonemill_transfers_total',
    help: 'Tries to fetch an original or to deliver a result, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  return [
    observations.deliveries.subscribe(({ outcome }) => deliveries.inc({ outcome })),
    observations.transfers.subscribe(({ kind, outcome }) => transfers.inc({ kind, outcome })),
  ];
}
