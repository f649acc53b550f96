import { type Service, type StartedService, serviceAt, startService } from './service.ts';
import { endAfterAll } from './shared.ts';

/** The service of all files of tests about the console; it may ask servers of this machine. */
const ENVIRONMENT = { OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' };

let starting: Promise<StartedService> | undefined;
let started: StartedService | undefined;

const SERVICE = serviceAt(
  () => started?.url ?? '',
  () => started?.data ?? '',
);

/** The one service that the tests of the console share. Users of other tests may be there. */
export function consoleService(): Service {
  before(async function () {
    this.timeout(60_000);
    starting ??= start();
    started = await starting;
  });
  return SERVICE;
}

async function start(): Promise<StartedService> {
  const made = await startService(ENVIRONMENT);
  endAfterAll(() => made.close());
  return made;
}
