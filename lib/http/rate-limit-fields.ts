import type { AppError } from '../runtime/errors.ts';

/** Fields of an answer to a request beyond a quota (draft-ietf-httpapi-ratelimit-headers); none for other errors. */
export function rateLimitFields({ limit, retryAfter }: AppError): [name: string, value: string][] {
  if (!limit) return [];
  const { policy, quota, seconds, remaining } = limit;
  const window = seconds === undefined ? '' : `;w=${seconds}`;
  const reset = retryAfter === undefined ? '' : `;t=${retryAfter}`;
  return [
    ['RateLimit-Policy', `"${policy}";q=${quota}${window}`],
    ['RateLimit', `"${policy}";r=${remaining}${reset}`],
  ];
}
