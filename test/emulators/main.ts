import { buildEmulators } from './build.ts';
import { installSecondOpinion } from './second-opinion.ts';
import { startEmulators } from './start.ts';

/** npm run emulators: builds and starts what does not run yet, and says what to export. `--build` only builds, and installs what tests need besides. */
const programs = await buildEmulators();
if (!programs) {
  process.stderr.write('Go builds the emulators, and is not on PATH or could not. https://go.dev/dl/\n');
  process.exit(1);
}
if (process.argv.includes('--build')) {
  await installSecondOpinion();
} else {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const emulators = await startEmulators(async () => programs, { ports: { storage: 4443, pubsub: 8085 } });
  process.stdout.write(`export STORAGE_EMULATOR_HOST=${emulators?.storage}\n`);
  process.stdout.write(`export PUBSUB_EMULATOR_HOST=${emulators?.pubsub}\n`);
  await stopped;
  await emulators?.stop();
}
