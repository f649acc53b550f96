import type { HttpFunction } from '@google-cloud/functions-framework';
import { loadConfig } from '../config/config.ts';
import { createListener } from '../http/server.ts';
import { createProcessLog } from '../runtime/process-log.ts';
import { type App, createApp } from './app.ts';
import { createTarget, type TargetName } from './targets.ts';
import { leaveRequestsUnparsed, restoreAddress } from './unparsed-requests.ts';

let shared: App | undefined;

/**
 * A target for functions-framework. Nothing is read or opened before the first request.
 * functions-framework exits in the tick in which it receives SIGTERM, so only synchronous work is done then. The lease of an
 * interrupted conversion expires.
 */
export function createFunction(name: TargetName): HttpFunction {
  leaveRequestsUnparsed();
  let listener: { app: App; answer: Promise<ReturnType<typeof createListener>> } | undefined;
  return async (request, response) => {
    const app = sharedApp();
    if (listener?.app !== app) listener = { app, answer: listenerOf(name, app) };
    restoreAddress(request);
    await (await listener.answer)(request, response);
  };
}

async function listenerOf(name: TargetName, app: App): Promise<ReturnType<typeof createListener>> {
  return createListener(await createTarget(name, app), app.log);
}

/**
 * Refuses to start on a configuration that can't be right, such as one bucket for originals and results, or internal
 * routes without an audience in the cloud. Throws `misconfigured`, upon which functions-framework ends the process.
 */
export function checkConfiguration(): void {
  loadConfig(process.env, 'functions');
}

function sharedApp(): App {
  if (shared) return shared;
  const config = loadConfig(process.env, 'functions');
  // Cloud Run takes the processor away after the response, so no line may wait for a timer.
  const log = createProcessLog(process.stdout, { ...config.log, milliseconds: 0 });
  const app = createApp(config, log, `function-${process.pid}`);
  process.once('exit', () => app.closeNow());
  shared = app;
  return app;
}

/** Closes all that the functions of this process have opened; the next request opens it again. */
export async function closeFunctions(): Promise<void> {
  const app = shared;
  shared = undefined;
  await app?.close();
}
