import { lazy } from '../../lib/runtime/lazy.ts';
import type { AnswerCheck } from './documented-answers.ts';

/** JSON of more bytes is not read for the check. */
const MOST_BYTES = 1_000_000;

/** The answer of a function that does not serve the route: the document is that of all functions. */
const NO_ROUTE = 'There is no such path';

/** Made at the first answer, so that tests which ask nothing load nothing. */
const check = lazy(async (): Promise<AnswerCheck> => {
  const { documentedAnswers } = await import('./documented-answers.ts');
  return documentedAnswers();
});

/**
 * Makes `fetch` throw for an answer of the service that the OpenAPI document does not describe: another status, header or
 * content type, or JSON of another shape. So every test that sends a request is a test of the document as well.
 */
export function watchFetch(): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const { hostname, pathname } = new URL(answer.url);
    if (!/^(localhost|127\.0\.0\.1)$/.test(hostname)) return answer;
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const { status, headers } = answer;
    const json = method === 'HEAD' ? undefined : await jsonOf(answer);
    if (status === 404 && JSON.stringify(json)?.includes(NO_ROUTE)) return answer;
    const faults = (await check()).faultsOf({ method, path: pathname, status, headers, json });
    if (faults && faults.length > 0) throw new Error(`The OpenAPI document lacks: ${faults.join('; ')}`);
    return answer;
  };
}

async function jsonOf(answer: Response): Promise<unknown> {
  const size = Number(answer.headers.get('content-length') ?? MOST_BYTES);
  if (!/json/.test(answer.headers.get('content-type') ?? '') || size >= MOST_BYTES) return undefined;
  return answer.clone().json();
}
