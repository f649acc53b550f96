import type { AppError } from '../runtime/errors.ts';

/** Fields of an answer to a request beyond a quota (draft-ietf-httpapi-ratelimit-headers); none for other errors. */
export function rateLimitFields({ limit, retryAfter }: AppError): [name: string, value: string][] {
  if (!limit) return [];
  const { policy, quota, seconds, remaining, unit } = limit;
  const window = seconds === undefined ? '' : `;w=${seconds}`;
  const counted = unit === undefined ? '' : `;qu="${unit}"`;
  const reset = retryAfter === undefined ? '' : `;t=${retryAfter}`;
  return [
    ['RateLimit-Policy', `"${policy}";q=${quota}${window}${counted}`],
    ['RateLimit', `"${policy}";r=${remaining}${reset}`],
  ];
}
