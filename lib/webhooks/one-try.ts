import type { OutboundAnswer, OutboundRequest } from '../outbound/outbound.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClaimedDelivery, TryOutcome } from '../ports/webhooks.ts';
import { storable } from '../runtime/text.ts';
import { retryAfterSeconds } from './schedule.ts';
import { signedHeaders } from './signature.ts';

/** Bytes of an answer that are kept; the rest is not read. */
const KEPT_BYTES = 1024;

/** A try that has ended: its outcome, and what else decides about the next one. */
export interface EndedTry extends TryOutcome {
  /** Seconds for which the receiver wants no further try; undefined if it says nothing. */
  retryAfter: number | undefined;
}

export interface TryDependencies {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  clock: Clock;
  /** Milliseconds for a whole try. */
  timeout: number;
}

/**
 * Sends a delivery once. It follows no redirect, and closes the connection after the kept part of the answer.
 * @param signal ends the try, and its reason is thrown then
 */
export async function tryOnce(
  { send, clock, timeout }: TryDependencies,
  claimed: ClaimedDelivery,
  signal: AbortSignal,
): Promise<EndedTry> {
  const { url, body } = claimed;
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const now = clock.now();
  try {
    const answer = await send({
      url,
      method: 'POST',
      headers: { ...signedHeaders(claimed, now), 'Content-Length': String(Buffer.byteLength(body)) },
      body,
      maxAnswerBytes: KEPT_BYTES,
      timeouts: { connectMs: timeout, idleMs: timeout, totalMs: timeout },
      signal,
    });
    const retryAfter = retryAfterSeconds(answer.headers['retry-after'], now);
    const text = await beginning(answer);
    return { status: answer.status, answer: text, error: null, seconds: elapsed(), retryAfter };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { status: null, answer: null, error: error.message, seconds: elapsed(), retryAfter: undefined };
  }
}

/** The status alone decides about a try, so that an answer may break off. */
async function beginning(answer: OutboundAnswer): Promise<string> {
  try {
    return storable(new TextDecoder().decode(await answer.first(KEPT_BYTES)));
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return '';
  }
}
