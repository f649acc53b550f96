import { Agent, get } from 'node:http';
import { setTimeout } from 'node:timers/promises';

export interface Crowd {
  /** All of them are open from the beginning, and ask in turns. */
  connections: number;
  /** Requests a second of all together, evenly in time. */
  rate: number;
  seconds: number;
}

export interface Load {
  answers: number;
  /** Also answers other than 200. */
  errors: number;
  /** Answers a second. */
  rate: number;
  /** Milliseconds. */
  p95: number;
}

/**
 * Many connections of which each asks now and then: autocannon would let all of them ask at once at the beginning of each
 * second. A request is timed from when it is due, whatever keeps it from being sent.
 */
export async function askEvenly(
  url: string,
  headers: Record<string, string>,
  { connections, rate, seconds }: Crowd,
): Promise<Load> {
  const sockets = { maxSockets: connections, maxFreeSockets: connections };
  const agent = new Agent({ keepAlive: true, scheduling: 'fifo', ...sockets });
  const ask = () => statusOf(url, headers, agent);
  const opened = await Promise.all(Array.from({ length: connections }, ask));
  const times: number[] = [];
  const began = performance.now();
  const asked: Promise<number>[] = [];
  while (asked.length < rate * seconds) {
    const due = began + (asked.length * 1000) / rate;
    if (due > performance.now()) await setTimeout(1);
    else asked.push(ask().finally(() => times.push(performance.now() - due)));
  }
  const statuses = await Promise.all(asked);
  const took = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return {
    answers: statuses.length,
    errors: [...opened, ...statuses].filter((status) => status !== 200).length,
    rate: statuses.length / took,
    p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
  };
}

/** 0 where there was no answer. */
function statusOf(url: string, headers: Record<string, string>, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { headers, agent, timeout: 30_000 }, (response) => {
      response.resume().once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 0));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(0));
  });
}
