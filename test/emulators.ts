import { buildEmulators } from './emulators/build.ts';
import { type Emulators, startEmulators } from './emulators/start.ts';

/** Emulators for the `describe` it is called in; without Go, and where none run, its tests are skipped by name. */
export function testEmulators(): () => Emulators {
  let emulators: Emulators | undefined;
  before(async function () {
    this.timeout(600_000);
    emulators = await startEmulators(buildEmulators);
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
