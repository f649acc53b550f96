import { runningEmulators, startEmulators } from './emulator-processes.ts';
import { buildEmulators } from './emulator-programs.ts';

/**
 * npm run emulators: builds and starts missing emulators, prints the variables to export, and runs until Ctrl-C if it started
 * one. `--build` only builds.
 */
if (process.argv.includes('--build')) {
  if (!(await buildEmulators())) withoutGo();
} else {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const running = runningEmulators(process.env);
  const emulators = await startEmulators(buildEmulators, { ports: { storage: 4443, pubsub: 8085 } }, running);
  if (!emulators) withoutGo();
  process.stdout.write(`export STORAGE_EMULATOR_HOST=${emulators.storage}\n`);
  process.stdout.write(`export PUBSUB_EMULATOR_HOST=${emulators.pubsub}\n`);
  if (!running.storage || !running.pubsub) await stopped;
  await emulators.stop();
}

function withoutGo(): never {
  process.stderr.write(
    'Go builds the emulators; it is not on PATH, or the build failed. https://go.dev/dl/\n',
  );
  process.exit(1);
}
