import { randomUUID } from 'node:crypto';
import { escaped } from '../../runtime/log-formats.ts';
import { isSecret, newSecret, signedHeaders } from '../../webhooks/signature.ts';
import { openService } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import { paint, print, printError } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { createMessages, type Message } from './forwarded-messages.ts';

export interface ListenOptions {
  forwardTo: string;
  secret?: string;
}

/** Milliseconds for an answer of the forwarded address, as the service waits. */
const TIMEOUT = 15_000;

/** Forwards the events of the account as webhooks, for an address that the service does not reach. Ends by a signal. */
export async function listen({ forwardTo, secret = newSecret() }: ListenOptions): Promise<void> {
  if (!URL.canParse(forwardTo) || !/^https?:$/.test(new URL(forwardTo).protocol))
    throw usageError('--forward-to: expected an address such as http://localhost:3000/hook.');
  if (!isSecret(secret)) throw usageError('--secret: expected whsec_ and 24 to 64 bytes in base64.');
  const { client } = await openService({ patient: true });
  await client.tasks.list({ max: 1 }, { signal: stopSignal });
  const messagesOf = createMessages(client, Date.now() - TIMEOUT);
  for await (const event of client.events({ signal: stopSignal })) {
    if (event.type === 'connected') printError(`Listening. The secret is ${secret}`);
    for await (const message of messagesOf(event)) await forward(forwardTo, secret, message);
  }
}

async function forward(url: string, secret: string, { type, at, about, data }: Message): Promise<void> {
  const messageId = `msg_${randomUUID().replaceAll('-', '')}`;
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const message = { messageId, body, traceparent: null, secrets: [secret] };
  const headers = signedHeaders(message, new Date());
  const signal = AbortSignal.any([stopSignal, AbortSignal.timeout(TIMEOUT)]);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await answer.body?.cancel();
    const status = answer.ok ? paint('green', `${answer.status}`) : paint('red', `${answer.status}`);
    print(`${type}  ${escaped(about)}  -> ${status}`);
  } catch (error) {
    if (stopSignal.aborted) return;
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    print(`${type}  ${escaped(about)}  -> ${paint('red', escaped(reason))}`);
  }
}
