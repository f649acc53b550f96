import type { RootHookObject } from 'mocha';
import { VARIABLES } from '../../lib/config/variables.ts';
import { stopSharedServer } from './database.ts';
import { isKnownGap, lookForFfmpeg } from './gaps.ts';
import { knowOnlyThisMachine } from './known-names.ts';
import { clearLeftovers } from './leftovers.ts';
// Reads the environment before what follows here.
import './running.ts';
import { endShared } from './shared.ts';
import { watchFetch } from './watched-fetch.ts';

/** Tools of the machine, which tests look for as the product does. */
const TOOLS = new Set(['PATH', 'FFMPEG_PATH', 'FFPROBE_PATH']);

// mocha ends this process after the last test (`exit`): a closed subscription of Google's Pub/Sub client goes on trying to
// reach an emulator that is gone, without end (5.3.1, tried).

/** What every test starts from: no variable of the developer's own environment reaches the configuration. */
for (const name of Object.keys(VARIABLES.shape)) {
  if (!TOOLS.has(name)) delete process.env[name];
}

export async function mochaGlobalSetup(): Promise<void> {
  watchFetch();
  knowOnlyThisMachine();
  await clearLeftovers();
  await lookForFfmpeg();
}

export async function mochaGlobalTeardown(): Promise<void> {
  await endShared();
  await stopSharedServer();
}

export const mochaHooks: RootHookObject = {
  beforeEach(this: Mocha.Context) {
    if (this.currentTest && isKnownGap(this.currentTest.fullTitle())) this.skip();
  },
};

/** Google's clients look for the metadata server of a machine in Google's cloud, and wait for it in vain. */
process.env.METADATA_SERVER_DETECTION = 'none';
