import { AppError } from './errors.ts';
import { isStorable } from './text.ts';

/** Maximum nesting of objects and arrays; no route reads more than four levels. */
const DEEPEST = 32;

/**
 * Parses JSON of a request, and refuses values that the service cannot use: texts that cannot be stored, deep
 * nesting, and the name `__proto__`.
 * @param source name for the error sentence, such as `body` or `field options`
 * @param path of the field that contains the JSON, if there is one
 * Throws `invalid_request`, which names the invalid part by its path.
 */
export function parseJson(text: string, source: string, path?: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw refusal(`The ${source} is not valid JSON.`, path, cause);
  }
  const fault = faultOf(parsed);
  if (!fault) return parsed;
  const parts = [...(path === undefined ? [] : [path]), ...fault.path];
  throw refusal(
    `The ${source} ${fault.reason}.`,
    parts.length > 0 ? parts.join('.') : undefined,
    undefined,
    fault.reason,
  );
}

function refusal(
  sentence: string,
  path: string | undefined,
  cause?: unknown,
  message = 'expected a JSON object',
): AppError {
  const details = path === undefined ? [] : [{ path, message }];
  return new AppError('invalid_request', sentence, { details, cause });
}

/** A part of a parsed value, and the names and indexes that lead to it. */
interface Part {
  value: unknown;
  path: readonly string[];
}

/** Uses a loop instead of recursion: a deep value would overflow the stack. */
function faultOf(value: unknown): { reason: string; path: readonly string[] } | undefined {
  const left: Part[] = [{ value, path: [] }];
  for (let part = left.pop(); part; part = left.pop()) {
    const reason = reasonAgainst(part);
    if (reason) return { reason, path: part.path };
    if (typeof part.value !== 'object' || part.value === null) continue;
    for (const [name, member] of Object.entries(part.value).reverse()) {
      if (!isStorable(name)) return { reason: UNSTORABLE, path: part.path };
      left.push({ value: member, path: [...part.path, name] });
    }
  }
  return undefined;
}

const RESERVED = 'contains the name __proto__, which is reserved; expected another name';
const UNSTORABLE = 'contains a text with NUL or with half of a surrogate pair';

function reasonAgainst({ value, path }: Part): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : UNSTORABLE;
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length === DEEPEST) return `is nested deeper than ${DEEPEST} levels`;
  return Object.hasOwn(value, '__proto__') ? RESERVED : undefined;
}
