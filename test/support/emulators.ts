import { type Emulators, startEmulators } from '../../lib/emulate/emulator-processes.ts';
import { buildEmulators } from '../../lib/emulate/emulator-programs.ts';
import { installSecondOpinion, type SecondOpinion, startSecondOpinion } from '../emulators/second-opinion.ts';
import { RUNNING } from './running.ts';

/** Emulators for the `describe` it is called in; without Go, and where none run, its tests are skipped by name. */
export function testEmulators(): () => Emulators {
  let emulators: Emulators | undefined;
  before(async function () {
    this.timeout(600_000);
    emulators = await startEmulators(buildEmulators, {}, RUNNING);
    if (emulators) return;
    console.warn('      Without Go to build them, what needs fake-gcs-server and pstest is left out.');
    this.skip();
  });
  after(async () => emulators?.stop());
  return () => {
    if (!emulators) throw new TypeError('the emulators are there only while tests run');
    return emulators;
  };
}

/** gcp-storage-emulator for the `describe` it is called in; answers its URL. Without python3 its tests are skipped by name. */
function testSecondOpinion(): () => string {
  let emulator: SecondOpinion | undefined;
  before(async function () {
    this.timeout(300_000);
    const program = await installSecondOpinion();
    if (program) {
      emulator = await startSecondOpinion(program);
      return;
    }
    console.warn('      Without python3 to install it, what needs gcp-storage-emulator is left out.');
    this.skip();
  });
  after(async () => emulator?.stop());
  return () => emulator?.storage ?? '';
}

/** Every emulator of Cloud Storage, as a function to call in a `describe`, which answers how to ask for its URL. */
export const STORAGE_EMULATORS: Readonly<Record<string, () => () => string>> = {
  'fake-gcs-server': () => {
    const emulators = testEmulators();
    return () => emulators().storage;
  },
  'gcp-storage-emulator': testSecondOpinion,
};
