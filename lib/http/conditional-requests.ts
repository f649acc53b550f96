import type { Context } from 'hono';
import { AppError } from '../runtime/errors.ts';

/** Validators of the representation that a request selects (RFC 9110, 8.8). */
export interface Validators {
  /** Entity tag with its quotes; a weak tag begins with `W/`. */
  etag: string;
  /** Time of the last modification, if it is known. */
  modified?: Date;
}

/** One second in milliseconds: the resolution of dates in HTTP. */
const SECOND = 1000;

/**
 * Evaluates the preconditions of a request in the order of RFC 9110, 13.2.2: If-Match, else If-Unmodified-Since; then
 * If-None-Match, else If-Modified-Since. `Range` and `If-Range` come after them, see `rangeApplies`.
 * @returns whether the answer is 304
 * Throws `precondition_failed`.
 */
export function isNotModified(c: Context, { etag, modified }: Validators): boolean {
  const ifMatch = c.req.header('If-Match');
  if (ifMatch !== undefined) mustHold('If-Match', lists(ifMatch, etag, isSame));
  else if (modified) mustHold('If-Unmodified-Since', !isAfter(modified, c.req.header('If-Unmodified-Since')));
  const ifNoneMatch = c.req.header('If-None-Match');
  if (ifNoneMatch !== undefined) return lists(ifNoneMatch, etag, isEquivalent);
  const since = c.req.header('If-Modified-Since');
  return modified !== undefined && parseDate(since) !== undefined && !isAfter(modified, since);
}

/** Whether `Range` applies: there is no `If-Range`, or its validator is current and strong (RFC 9110, 13.1.5). */
export function rangeApplies(c: Context, { etag, modified }: Validators, now = new Date()): boolean {
  const validator = c.req.header('If-Range')?.trim();
  if (validator === undefined) return true;
  if (/^(W\/)?"/.test(validator)) return isSame(validator, etag);
  return (
    modified !== undefined && isSettled(modified, now) && parseDate(validator) === wholeSeconds(modified)
  );
}

/**
 * Validator headers of 200, 206 and 304. `Last-Modified` is absent until its second is over: no later change can have
 * the same date then, so that the date is a strong validator (RFC 9110, 8.8.2.2).
 */
export function validatorHeaders({ etag, modified }: Validators, now = new Date()): Record<string, string> {
  const dated = modified !== undefined && isSettled(modified, now);
  return { ETag: etag, ...(dated && { 'Last-Modified': modified.toUTCString() }) };
}

function mustHold(name: string, holds: boolean): void {
  if (holds) return;
  throw new AppError('precondition_failed', `The condition ${name} is not met: the file has changed.`);
}

/** Whether a list of entity tags, or `*`, includes this one. A tag may contain commas. */
function lists(list: string, etag: string, equal: (a: string, b: string) => boolean): boolean {
  if (list.trim() === '*') return true;
  const tags: readonly string[] = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => equal(tag, etag));
}

/** The strong comparison of RFC 9110, 8.8.3.2. */
function isSame(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/');
}

/** The weak comparison of RFC 9110, 8.8.3.2. */
function isEquivalent(a: string, b: string): boolean {
  return a.replace(/^W\//, '') === b.replace(/^W\//, '');
}

function isAfter(modified: Date, header: string | undefined): boolean {
  const date = parseDate(header);
  return date !== undefined && wholeSeconds(modified) > date;
}

function isSettled(modified: Date, now: Date): boolean {
  return now.getTime() - wholeSeconds(modified) >= SECOND;
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / SECOND) * SECOND;
}

/** The three date formats of RFC 9110, 5.6.7. The last one names no zone, and is in UTC too. */
const WITH_ZONE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{3,8}, \d{2}-[A-Z][a-z]{2}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** @returns milliseconds since 1970; undefined for an invalid date, which a recipient ignores */
function parseDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const date = ASCTIME.test(text) ? `${text} GMT` : text;
  const parsed = WITH_ZONE.test(text) || date !== text ? Date.parse(date) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
