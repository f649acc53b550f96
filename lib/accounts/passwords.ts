import { setTimeout } from 'node:timers/promises';
import { createBoundedSemaphore } from '../runtime/bounded-semaphore.ts';
import { AppError } from '../runtime/errors.ts';
import { hash, matches, NOBODYS_HASH } from './argon2id.ts';
import { normalized } from './password-rules.ts';

/** Hashes passwords in turn, so that they fill neither the cores nor the thread pool, behind which all file operations wait. */
export interface Passwords {
  /**
   * @param check what is cheaper than a hash, and done in the same turn; its error is thrown instead of hashing
   * @param signal aborts where the caller is gone: what still waits is given up
   * Throws `unavailable` where too many wait.
   */
  hash(password: string, check?: () => Promise<void>, signal?: AbortSignal): Promise<string>;
  /**
   * Whether `password` made the hash that `find` answers when its turn has come; without a hash it takes the same time.
   * Throws `unavailable` where too many wait.
   */
  verify(password: string, find: () => Promise<string | undefined>, signal?: AbortSignal): Promise<boolean>;
}

export interface PasswordQueue {
  /** Hashes that may wait. */
  waiting: number;
  /** Milliseconds for which a refusal is held back. */
  pause: number;
}

/**
 * A hash takes 25 to 30 ms of one core (measured), so that 100 wait for 3 s. A refusal costs as much as any answer: the
 * pause keeps 200 clients that ask again at once from taking the processor by refusals alone.
 */
const QUEUE: PasswordQueue = { waiting: 100, pause: 1000 };

/** Seconds after which a full queue has been worked off. */
const RETRY_SECONDS = 3;

/**
 * @param cores of this machine. Half of them hash, and never more than two (19 MiB each): the other half is left for
 * requests and for ffmpeg. On two cores a conversion during 50 connections with wrong passwords takes 1.3 to 1.9 times as long
 * as alone; with two hashes at once it takes 2.3 times as long (`npm run bench -- loop`).
 */
export function createPasswords(cores: number, { waiting, pause }: PasswordQueue = QUEUE): Passwords {
  const concurrency = Math.min(2, Math.max(1, Math.floor(cores / 2)));
  const full = () => setTimeout(pause, overloaded());
  const inTurn = createBoundedSemaphore({ concurrency, queue: waiting, full });
  return {
    hash: (password, check, signal) =>
      inTurn(async () => {
        await check?.();
        return hash(normalized(password));
      }, signal),
    verify: (password, find, signal) =>
      inTurn(async () => matchesAny(password, (await find()) ?? NOBODYS_HASH), signal),
  };
}

/** Also as it was typed, since hashes of before normalization were made of that. */
async function matchesAny(password: string, phc: string): Promise<boolean> {
  const text = normalized(password);
  if (await matches(text, phc)) return true;
  return text !== password && matches(password, phc);
}

function overloaded(): AppError {
  const sentence = 'Too many people are signing up or logging in at this moment. Try again in a few seconds.';
  return new AppError('unavailable', sentence, { retryAfter: RETRY_SECONDS });
}
