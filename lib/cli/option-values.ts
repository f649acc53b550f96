import { InvalidArgumentError } from 'commander';

/** The option of every command that lists. */
export const JSON_LINES = ['--json', 'print one JSON object a line, for programs'] as const;

/** Reads a whole number of at least 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}

/** Gathers the values of an option that may come several times. */
export function several(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
