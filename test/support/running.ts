import { runningEmulators } from '../../lib/emulate/emulator-processes.ts';

/**
 * Emulators that somebody runs for these tests. Read before the first test, and then taken out of the environment: Google's
 * client for Cloud Storage, where it finds STORAGE_EMULATOR_HOST, asks at other paths than a test's own clients are told.
 */
export const RUNNING = runningEmulators(process.env);
