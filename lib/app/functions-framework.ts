import type { HttpFunction } from '@google-cloud/functions-framework';
import { loadConfig } from '../config/config.ts';
import { createListener } from '../http/server.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import { createProcessLog } from '../runtime/process-log.ts';
import { type App, createApp } from './app.ts';
import { createTarget, type TargetName } from './targets.ts';
import { startTracing } from './traces.ts';
import { leaveRequestsUnparsed, restoreAddress } from './unparsed-requests.ts';

/** What the functions of this process share. `tracing` begins with the first request, and answers how it ends. */
interface Shared {
  app: App;
  tracing: Lazy<() => Promise<void>>;
}

let shared: Shared | undefined;

/**
 * A target for functions-framework. Nothing is read or opened before the first request.
 * functions-framework exits in the tick in which it receives SIGTERM, so only synchronous work is done then. The lease of an
 * interrupted conversion expires.
 */
export function createFunction(name: TargetName): HttpFunction {
  leaveRequestsUnparsed();
  let listener: { of: Shared; answer: Promise<ReturnType<typeof createListener>> } | undefined;
  return async (request, response) => {
    const opened = openShared(name);
    if (listener?.of !== opened) listener = { of: opened, answer: listenerOf(name, opened) };
    restoreAddress(request);
    await (await listener.answer)(request, response);
  };
}

async function listenerOf(
  name: TargetName,
  { app, tracing }: Shared,
): Promise<ReturnType<typeof createListener>> {
  await tracing();
  return createListener(await createTarget(name, app), app.log);
}

/**
 * Refuses to start on a configuration that can't be right, such as one bucket for originals and results, or internal
 * routes without an audience in the cloud. Throws `misconfigured`, upon which functions-framework ends the process.
 */
export function checkConfiguration(): void {
  loadConfig(process.env, 'functions');
}

function openShared(name: TargetName): Shared {
  if (shared) return shared;
  const config = loadConfig(process.env, 'functions');
  // Cloud Run takes the processor away after the response, so no line may wait for a timer.
  const log = createProcessLog(process.stdout, { ...config.log, milliseconds: 0 });
  const app = createApp(config, log, `function-${process.pid}`);
  process.once('exit', () => app.closeNow());
  shared = { app, tracing: lazy(() => startTracing(config, log, name)) };
  return shared;
}

/** Closes all that the functions of this process have opened; the next request opens it again. */
export async function closeFunctions(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await closing?.app.close();
  await (await closing?.tracing.made())?.();
}
