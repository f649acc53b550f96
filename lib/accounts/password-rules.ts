import { AppError } from '../runtime/errors.ts';
import { lazy } from '../runtime/lazy.ts';

/** Minimum length of a new password in characters (code points); NIST SP 800-63B-4, 3.1.1.2. */
export const FEWEST_CHARACTERS = 8;

/** Maximum length of a new password in bytes of UTF-8. */
export const MOST_BYTES = 1024;

const TOO_LONG = `expected at most ${MOST_BYTES} bytes in UTF-8`;

/**
 * Whether a password is too long for normalization, which sorts long runs of combining marks in quadratic time. The
 * limit leaves room for decomposed text, which has up to three times the bytes of its normalized form.
 */
export const isTooLong = (text: string): boolean => Buffer.byteLength(text) > 4 * MOST_BYTES;

/**
 * Whether UTF-8 can encode the text. Half of a surrogate pair has no encoding, and would have the same hash as any
 * other half.
 */
export const isWellFormed = (text: string): boolean => text.isWellFormed();

/**
 * The form of a password that is hashed: OpaqueString (RFC 8265, 4.2.2) maps each space outside ASCII to U+0020, and
 * then applies NFC. Case and width stay. NFKC would make passwords equal that the RFC keeps apart.
 */
export function normalized(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/**
 * Code points that the FreeformClass of PRECIS (RFC 8264, 4.3) disallows: controls, surrogates, private use,
 * unassigned, line separators, and invisible ones. Its contextual rules and its few exceptions are left out, since
 * they keep no two passwords apart.
 */
const DISALLOWED = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|\p{Default_Ignorable_Code_Point}/u;

/**
 * Problem of a new password, regardless of its user, as the end of a sentence (`expected ...`); undefined without a
 * problem.
 */
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
 * Throws `invalid_request` for a password that attackers try first: the name, the email or one part of the email of
 * the user, one of the most common passwords, a short repeated piece, a date, or a run of the alphabet, of digits or
 * of keys.
 */
export async function refuseGuessable(
  password: string,
  user: { name: string; email: string },
): Promise<void> {
  const text = folded(password);
  if (ownTexts(user).includes(text)) throw refusal('expected something other than the name or the email');
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

/** The list of common passwords does not contain the matches of these rules. */
function isPattern(text: string): boolean {
  return /^(.{1,8})\1+$/su.test(text) || DATE.test(text) || RUNS.some((run) => run.includes(text));
}

/** Loaded at the first sign-up. */
const commonPasswords = lazy(async () => (await import('./common-passwords.ts')).COMMON_PASSWORDS);

function refusal(message: string): AppError {
  const details = [{ path: 'password1', message }];
  return new AppError('invalid_request', `The request is not valid. password1: ${message}.`, { details });
}
