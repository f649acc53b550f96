import type { Config } from '../config/config.ts';
import type { Log } from '../runtime/log.ts';
import { setTracer } from '../runtime/tracing.ts';

/** Milliseconds for which spans are collected. Cloud Run takes the processor away after an answer. */
const DELAY = { functions: 50, server: 2000 };

/**
 * Begins to record spans if the configuration names a collector; the packages are loaded only then.
 * @param role kind of this process, for the name of the service
 * @returns function that sends the rest, within 2 s, and ends the recording
 */
export async function startTracing(
  { traces: { endpoint }, mode }: Config,
  log: Log,
  role: string,
): Promise<() => Promise<void>> {
  if (endpoint === undefined) return async () => undefined;
  const { createOtlpTracer } = await import('../telemetry/otlp.ts');
  const delay = mode === 'functions' ? DELAY.functions : DELAY.server;
  const tracer = createOtlpTracer({ endpoint, role, delay, log });
  setTracer(tracer);
  return async () => {
    setTracer(undefined);
    await tracer.close();
  };
}
