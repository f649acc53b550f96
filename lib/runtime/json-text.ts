import { AppError } from './errors.ts';
import { isStorable } from './text.ts';

/** Levels of objects and arrays in each other; no route reads more than four. */
const DEEPEST = 32;

/**
 * Parses JSON of a request, and refuses what nothing behind it can use: texts that can not be stored, nesting without
 * end, and the name `__proto__`.
 * @param source named in the sentence of a refusal, such as `body` or `field options`
 * @param path of the field, where it is one
 * Throws `invalid_request`.
 */
export function parseJson(text: string, source: string, path?: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw refusal(`The ${source} is not valid JSON.`, path, cause);
  }
  const fault = faultOf(parsed);
  if (fault) throw refusal(`The ${source} ${fault}.`, path);
  return parsed;
}

function refusal(sentence: string, path: string | undefined, cause?: unknown): AppError {
  const details = path === undefined ? [] : [{ path, message: 'expected a JSON object' }];
  return new AppError('invalid_request', sentence, { details, cause });
}

/** A loop and no recursion, which a deep value would end. */
function faultOf(value: unknown): string | undefined {
  const left: [unknown, number][] = [[value, 0]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [part, depth] = next;
    if (typeof part === 'string' && !isStorable(part))
      return 'holds a text with NUL or with half of a surrogate pair';
    if (typeof part !== 'object' || part === null) continue;
    if (depth === DEEPEST) return `is nested deeper than ${DEEPEST} levels`;
    if (Object.hasOwn(part, '__proto__')) return 'holds the name __proto__';
    for (const [name, member] of Object.entries(part)) left.push([name, depth], [member, depth + 1]);
  }
  return undefined;
}
