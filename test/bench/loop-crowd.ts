import { setTimeout } from 'node:timers/promises';
import { type Client, newClient } from './client.ts';
import { printTable } from './figures.ts';
import { delaysDuring } from './loop-delays.ts';
import { progress } from './progress.ts';
import type { RunningService } from './service.ts';

const LOG_INS = 50;

/** Sign-ups at once; a service refuses more hashes than it can make within a few seconds. */
const FEW = [1, 2, 3, 4, 5];

const UPLOADS = 20;
const CONVERSIONS = 2;

/** Files of the crowd, and the file into which the service writes. */
export interface CrowdFiles {
  /** Minutes of sound, so that its conversions last as long as all the rest. */
  long: string;
  /** A few MB. */
  upload: string;
  delays: string;
}

/**
 * Delays of the event loop while 50 people log in at once, 20 upload and 2 conversions run. Users are signed up before, and
 * the conversions are removed afterwards.
 */
export async function crowdLoop({ url, pid }: RunningService, files: CrowdFiles): Promise<void> {
  progress.step(`signing up ${LOG_INS} people`);
  const people: Client[] = [];
  while (people.length < LOG_INS) people.push(...(await Promise.all(FEW.map(() => newClient(url)))));
  const [one] = people;
  if (!one) return;
  const conversions: number[] = [];
  while (conversions.length < CONVERSIONS) conversions.push(await one.create(files.long, 'mp3'));
  progress.step(`${LOG_INS} log-ins, ${UPLOADS} uploads and ${CONVERSIONS} conversions at once`);
  const times: number[] = [];
  let errors = 0;
  const count = () => {
    errors++;
  };
  const logIn = async (client: Client) => {
    const began = performance.now();
    await client.logIn().catch(count);
    times.push(performance.now() - began);
  };
  const delays = await delaysDuring(pid, files.delays, async () => {
    // The conversions have begun to run.
    await setTimeout(200);
    const uploads = people.slice(0, UPLOADS).map((client) => client.create(files.upload, 'wav').catch(count));
    await Promise.all([...people.map(logIn), ...uploads]);
  });
  for (const id of conversions) await one.remove(id);
  const slowest = Math.max(...times);
  printTable([
    ['delay of the event loop, ms: median', 'p99', 'longest', 'slowest log-in, ms', 'errors'],
    [delays.median, delays.p99, delays.max, slowest, errors].map((figure) => figure.toFixed(0)),
  ]);
}
