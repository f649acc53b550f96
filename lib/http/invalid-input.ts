import { AppError, type FieldProblem } from '../runtime/errors.ts';

/** Problems that one answer names; a list of a thousand entries may have thousands. */
const SHOWN_PROBLEMS = 20;

/** `invalid_request` that names the fields which a schema refuses. */
export function invalid(issues: readonly { path: PropertyKey[]; message: string }[]): AppError {
  const shown = issues.slice(0, SHOWN_PROBLEMS);
  const details: FieldProblem[] = shown.map(({ path, message }) => ({
    path: path.join('.'),
    message: inOurWords(message),
  }));
  const sentences = details.map(({ path, message }) => `${path || 'body'}: ${message}`);
  if (issues.length > SHOWN_PROBLEMS) sentences.push(`and ${issues.length - SHOWN_PROBLEMS} more problems`);
  return new AppError('invalid_request', `The request is not valid. ${sentences.join('; ')}.`, { details });
}

/** zod's own messages, such as `Invalid input: expected string, received undefined`, as those of the service are. */
function inOurWords(message: string): string {
  const [, expected, received] =
    /^Invalid (?:input|option): expected (.+?)(?:, received (\S+))?$/.exec(message) ?? [];
  if (!expected) return message;
  const choice = expected.replaceAll('"|"', ', ').replaceAll('"', '').replace('record', 'object');
  if (!received) return `expected ${choice}`;
  return received === 'undefined'
    ? `is missing; expected ${withArticle(choice)}`
    : `expected ${withArticle(choice)}, and got ${withArticle(received)}`;
}

function withArticle(type: string): string {
  if (type === 'null' || type.includes(' ')) return type;
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
