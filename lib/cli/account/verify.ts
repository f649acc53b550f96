import { readFile } from 'node:fs/promises';
import type { Client, components } from '../../client/index.ts';
import { fileAt } from '../../client/node.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { mustBeReadable } from '../files/readable.ts';
import { openService } from '../service/service.ts';
import { CommandError, EXIT } from '../terminal/command-error.ts';
import { print, printJson } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';

type Receipt = components['schemas']['Receipt'];

type Verification = components['schemas']['Verification'];

export interface VerifyOptions {
  /** Path of a receipt as JSON, or of a task with one. */
  receipt?: string;
  /** Number of a task. */
  task?: string;
  json?: boolean;
}

/** Compares a file with the receipt of a result; a file that is another one ends with 1. */
export async function verify(path: string, options: VerifyOptions): Promise<void> {
  if ((options.receipt === undefined) === (options.task === undefined))
    throw new CommandError(EXIT.usage, 'Expected --receipt with a file, or --task with a number.');
  await mustBeReadable(path);
  const read = options.receipt === undefined ? undefined : await receiptAt(options.receipt);
  const { client } = await openService({ patient: true });
  const receipts = read ? [read] : await receiptsOf(client, options.task ?? '');
  const file = await fileAt(path);
  const answers: Verification[] = [];
  for (const receipt of receipts) {
    answers.push(await client.verify(file, receipt, { signal: stopSignal }));
    if (answers.at(-1)?.matches) break;
  }
  const answer = answers.find(({ matches }) => matches) ?? answers[0];
  if (!answer) throw new TypeError('there is at least one receipt');
  if (options.json) printJson({ file: path, ...answer });
  else printAnswer(path, answer);
  if (!answer.matches) process.exitCode = EXIT.failed;
}

/** The receipt of a file: alone, or in a task as the service answers it. The service checks what it has. */
async function receiptAt(path: string): Promise<Receipt> {
  await mustBeReadable(path);
  const found = receiptIn(parsed(await readFile(path, 'utf8')));
  if (found) return found;
  const expected =
    'expected a receipt as JSON: {"version": 1, "original": …, "result": …}, or a task that has one';
  throw new CommandError(EXIT.failed, escaped(`${path}: ${expected}`));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function receiptIn(value: unknown): Receipt | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isReceipt(value)) return value;
  const inner = 'receipt' in value ? value.receipt : 'result' in value ? value.result : undefined;
  return receiptIn(inner);
}

function isReceipt(value: object): value is Receipt {
  return 'version' in value && 'original' in value && 'result' in value;
}

/** The receipts of all results of a task. */
async function receiptsOf({ tasks }: Client, id: string): Promise<Receipt[]> {
  if (!/^\d{1,10}$/.test(id)) throw new CommandError(EXIT.usage, 'Expected the number of a task.');
  const results = await tasks.results(Number(id), { signal: stopSignal });
  const receipts = results.flatMap(({ receipt }) => (receipt ? [receipt] : []));
  if (receipts.length > 0) return receipts;
  const sentence = `Task ${id} has no receipt. Convert with --option receipt=hashes.`;
  throw new CommandError(EXIT.failed, sentence);
}

function printAnswer(path: string, { matches, is, differences }: Verification): void {
  const words = { result: 'the result', original: 'the original', other: 'another file' } as const;
  print(
    `${escaped(path)}: ${matches ? 'the result of the receipt, unchanged' : `${words[is]}, which differs`}`,
  );
  for (const { property, expected, found } of differences)
    print(
      `  ${property.padEnd(8)} expected ${escaped(String(expected))}, found ${escaped(String(found ?? 'none'))}`,
    );
}
