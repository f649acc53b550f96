import { setTimeout } from 'node:timers/promises';
import { createBoundedSemaphore } from '../runtime/bounded-semaphore.ts';
import { AppError } from '../runtime/errors.ts';
import { hash, matches, NOBODYS_HASH } from './argon2id.ts';
import { normalized } from './password-rules.ts';

/**
 * Hashes passwords in a queue, so that they fill neither the cores nor the thread pool, which all file operations
 * need.
 */
export interface Passwords {
  /**
   * @param check a check that is cheaper than a hash, and runs in the same turn; its error is thrown instead of
   * hashing
   * @param signal aborts when the caller disconnects; a waiting hash is then dropped
   * Throws `unavailable` if too many hashes wait.
   */
  hash(password: string, check?: () => Promise<void>, signal?: AbortSignal): Promise<string>;
  /**
   * Whether `password` matches the hash that `find` returns when the turn has come; without a hash, the check takes
   * the same time. Throws `unavailable` if too many hashes wait.
   */
  verify(password: string, find: () => Promise<string | undefined>, signal?: AbortSignal): Promise<boolean>;
}

export interface PasswordQueue {
  /** Maximum number of waiting hashes. */
  waiting: number;
  /** Delay of a refusal in milliseconds. */
  pause: number;
}

/**
 * A hash takes 25 to 30 ms of one core (measured), so that 100 wait for 3 s. A refusal costs as much as any answer:
 * the delay prevents 200 clients that retry at once from using the whole processor for refusals.
 */
const QUEUE: PasswordQueue = { waiting: 100, pause: 1000 };

/** Seconds until a full queue is empty. */
const RETRY_SECONDS = 3;

/**
 * @param cores number of cores of this machine. Half of them hash, at most two (19 MiB each); the other half is for
 * requests and ffmpeg. On two cores, a conversion during 50 connections with wrong passwords takes 1.3 to 1.9 times as
 * long as alone; with two hashes at once it takes 2.3 times as long (`npm run bench -- loop`).
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

/** Also checks the password as typed, since hashes from before normalization were made of that form. */
async function matchesAny(password: string, phc: string): Promise<boolean> {
  const text = normalized(password);
  if (await matches(text, phc)) return true;
  return text !== password && matches(password, phc);
}

function overloaded(): AppError {
  const sentence = 'Too many people are signing up or logging in at this moment. Try again in a few seconds.';
  return new AppError('unavailable', sentence, { retryAfter: RETRY_SECONDS });
}
