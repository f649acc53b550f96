import { type Client, newClient } from './client.ts';
import { startPeer } from './peer.ts';
import { startApi, startService } from './service.ts';

/** A service that is measured, with one user of it. */
export interface Contestant {
  name: string;
  url: string;
  /** First processes of the service, for its CPU times. */
  roots: readonly number[];
  client: Client;
}

/**
 * Starts this service, and with PEER=folder also the first generation; stops both when the work has ended.
 * @param environment of this service
 * @param isApi whether the processes of `npm run serve` compete as well, on the database of this service
 */
export async function withContestants(
  environment: NodeJS.ProcessEnv,
  work: (contestants: readonly Contestant[]) => Promise<void>,
  isApi = false,
): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop(): Promise<void> }>(one: T): T => {
    stops.unshift(() => one.stop());
    return one;
  };
  try {
    const service = started(await startService(environment));
    const contestants = [await contestant('tonemill', service.url, [service.pid])];
    if (isApi) {
      const api = started(await startApi(service));
      contestants.push(await contestant('tonemill serve', api.url, [service.pid, api.pid]));
    }
    const peer = await startPeer();
    if (peer) contestants.push(await contestant('first generation', started(peer).url, peer.roots));
    await work(contestants);
  } finally {
    for (const stop of stops) await stop();
  }
}

async function contestant(name: string, url: string, roots: readonly number[]): Promise<Contestant> {
  return { name, url, roots, client: await newClient(url) };
}
