import { AppError } from '../runtime/errors.ts';
import { lazy } from '../runtime/lazy.ts';

/** Characters (code points) of the shortest password that a sign-up takes; NIST SP 800-63B-4, 3.1.1.2. */
export const FEWEST_CHARACTERS = 8;

/** Bytes in UTF-8 of the longest password that a sign-up takes. */
export const MOST_BYTES = 1024;

const TOO_LONG = `expected at most ${MOST_BYTES} bytes in UTF-8`;

/**
 * Whether a password has more bytes than normalization should see: it sorts long runs of combining marks in quadratic time.
 * Decomposed, a password has up to three times the bytes that it is stored by.
 */
export const isTooLong = (text: string): boolean => Buffer.byteLength(text) > 4 * MOST_BYTES;

/** Whether UTF-8 has bytes for it: half a surrogate pair has none, and would hash like every other half. */
export const isWellFormed = (text: string): boolean => text.isWellFormed();

/**
 * A password as it is hashed: the mappings of OpaqueString (RFC 8265, 4.2.2), which are each space outside ASCII to U+0020,
 * and then NFC. Case and width stay. NFKC would make passwords equal that the RFC keeps apart.
 */
export function normalized(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/**
 * Code points that the FreeformClass of PRECIS (RFC 8264, 4.3) disallows: controls, surrogates, private use, unassigned,
 * line separators, and those that show nothing. Its rules by context, and its few single exceptions, are left out, since
 * they keep no two passwords apart.
 */
const DISALLOWED = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|\p{Default_Ignorable_Code_Point}/u;

/** Problem of a new password by itself, as a sentence's end (`expected ...`); undefined where there is none. */
export function passwordProblem(password: string): string | undefined {
  if (!isWellFormed(password)) return 'expected whole Unicode characters, not half of a surrogate pair';
  if (isTooLong(password)) return TOO_LONG;
  const text = normalized(password);
  if (Buffer.byteLength(text) > MOST_BYTES) return TOO_LONG;
  if ([...text].length < FEWEST_CHARACTERS) return `expected at least ${FEWEST_CHARACTERS} characters`;
  const [found] = DISALLOWED.exec(text) ?? [];
  if (found === undefined) return undefined;
  const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `expected no control, invisible or private characters, and found U+${code}`;
}

/** For comparison only: without case, spaces, and compatibility forms such as full-width letters. */
const folded = (text: string) => normalized(text).normalize('NFKC').replace(/\s/gu, '').toLowerCase();

/**
 * Throws `invalid_request` for a password that is guessed first: the user's own name or email or one part of it, one of
 * the most common passwords, a short piece repeated, a date, or a run of the alphabet, of digits or of keys.
 */
export async function refuseGuessable(
  password: string,
  user: { name: string; email: string },
): Promise<void> {
  const text = folded(password);
  if (ownTexts(user).includes(text)) throw refusal('expected something else than the name or the email');
  const isCommon = isPattern(text) || (await commonPasswords()).has(text);
  if (isCommon) throw refusal('expected a password that is not among the most common ones');
}

function ownTexts({ name, email }: { name: string; email: string }): string[] {
  return [name, email, ...email.split('@')].map(folded);
}

const RUNS = [
  '0123456789'.repeat(3),
  '1234567890-=',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
].flatMap((run) => [run, [...run].reverse().join('')]);

/** Eight digits of which the first or the last four are a year. */
const DATE = /^(?:19|20)\d{6}$|^\d{4}(?:19|20)\d\d$/;

/** The list leaves out what these rules find. */
function isPattern(text: string): boolean {
  return /^(.{1,8})\1+$/su.test(text) || DATE.test(text) || RUNS.some((run) => run.includes(text));
}

/** Loaded at the first sign-up. */
const commonPasswords = lazy(async () => (await import('./common-passwords.ts')).COMMON_PASSWORDS);

function refusal(message: string): AppError {
  const details = [{ path: 'password1', message }];
  return new AppError('invalid_request', `The request is not valid. password1: ${message}.`, { details });
}
