import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const PREFIX = 'whsec_';

/** Bytes of a secret (Standard Webhooks, "Signature scheme"). */
const BYTES = { least: 24, most: 64, own: 32 };

export function newSecret(): string {
  return `${PREFIX}${randomBytes(BYTES.own).toString('base64')}`;
}

/** Whether a text is a secret: the prefix and 24 to 64 bytes in base64. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const base64 = text.slice(PREFIX.length);
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 && bytes.length >= BYTES.least && bytes.length <= BYTES.most;
}

/** A message as it is sent now. */
export interface SentMessage {
  messageId: string;
  body: string;
  traceparent: string | null;
  /** Each makes a signature, so that the receiver needs only one of them. */
  secrets: readonly string[];
}

/** Headers of a try (Standard Webhooks, "Webhook headers"). */
export function signedHeaders(
  { messageId, body, traceparent, secrets }: SentMessage,
  at: Date,
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(messageId, at, body));
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Tonemill-Webhooks',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
    ...(traceparent !== null && { traceparent }),
  };
}
