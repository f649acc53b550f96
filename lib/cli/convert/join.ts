import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join as joinPath, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { outputOf, TonemillError } from '../../client/index.ts';
import { fileAt } from '../../client/node.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { publishFile } from '../files/partial-files.ts';
import { safePart } from '../files/safe-names.ts';
import { openLocalEngine } from '../local/local-engine.ts';
import { formatOf, optionsOf, type RequestedOutput } from '../service/requested-output.ts';
import { openService } from '../service/service.ts';
import { CommandError, EXIT, usageError } from '../terminal/command-error.ts';
import { print } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { findInputs, type Input } from './inputs.ts';

/** Options as the command line gives them. */
export interface JoinOptions {
  to?: string;
  preset?: string;
  option?: string[];
  out?: string;
  name?: string;
  crossfade?: number;
  force?: boolean;
  local?: boolean;
  remove?: boolean;
}

/** Tracks to join, and the place of their join. */
interface Join {
  inputs: readonly Input[];
  title: string;
  output: RequestedOutput;
  crossfade: number;
}

/** Joins files, and those of folders in the order of their names, to one file. */
export async function join(paths: readonly string[], options: JoinOptions): Promise<void> {
  const { to, preset, option = [], name, out = '.', crossfade = 0, force = false, local, remove } = options;
  if (to === undefined)
    throw usageError('Name a format by --to, such as --to m4b. "tonemill formats" lists all.');
  const output = { ...formatOf(to), options: optionsOf(option, preset) };
  if (name?.trim() === '') throw usageError('--name: expected a title.');
  const inputs = await inputsOf(paths);
  const title = name ?? titleOf(paths);
  const target = joinPath(out, `${safePart(title)}.${output.extension}`);
  if (inputs.some(({ path }) => resolve(path) === resolve(target)))
    throw usageError(`${escaped(target)} is one of the tracks. Choose another name by --name.`);
  if (!force && (await stat(target).catch(() => undefined)))
    throw new CommandError(EXIT.failed, `${escaped(target)} is there already. --force replaces it.`);
  const wanted = { inputs, title, output, crossfade };
  const notes: string[] = [];
  await publishFile(target, (folder) =>
    local ? joinHere(wanted, folder, notes) : joinThere(wanted, folder, notes, remove ?? false),
  );
  print(`${escaped(target)}: ${inputs.length} ${inputs.length === 1 ? 'track' : 'tracks'}`);
  for (const note of notes) print(`  ${escaped(note)}`);
}

/** The title of a join is that of its only folder, or of its first file. */
function titleOf([first = '']: readonly string[]): string {
  const name = basename(resolve(first));
  const dot = name.lastIndexOf('.');
  return (dot > 0 ? name.slice(0, dot) : name) || 'joined';
}

/** Every file counts: a join without one of its tracks would be another one. */
async function inputsOf(paths: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  for await (const found of findInputs(paths, { out: undefined })) {
    if ('reason' in found) throw new CommandError(EXIT.failed, `${escaped(found.path)}: ${found.reason}`);
    inputs.push(found);
  }
  if (inputs.length === 0) throw usageError('There are no files with sound to join.');
  return inputs;
}

async function joinHere({ inputs, ...wanted }: Join, folder: string, notes: string[]): Promise<string> {
  const engine = await openLocalEngine(availableParallelism());
  try {
    const { path, made } = await engine.join({
      ...{ ...wanted, folder, signal: stopSignal, options: wanted.output.options },
      format: wanted.output.format,
      paths: inputs.map((input) => input.path),
    });
    notes.push(
      ...made.adaptations.map(({ reason }) => reason),
      ...made.warnings.map(({ message }) => message),
    );
    return path;
  } finally {
    engine.close();
  }
}

/** The tracks are removed from the service in the end; the join stays there unless it is to be removed, too. */
async function joinThere(
  { inputs, title, output, crossfade }: Join,
  folder: string,
  notes: string[],
  remove: boolean,
): Promise<string> {
  const { client } = await openService({ patient: true });
  const wanted = outputOf(output.format, output.options);
  const files = await Promise.all(inputs.map(async ({ path }) => ({ ...wanted, file: await fileAt(path) })));
  const { batch, unsent } = await client.batches.upload(files, { name: title, signal: stopSignal });
  try {
    const [first] = unsent;
    if (first) throw first.error;
    const created = await client.batches.join(
      batch.id,
      { ...wanted, name: title, crossfade },
      { signal: stopSignal },
    );
    const task = await client.tasks.settled(created.id, { signal: stopSignal });
    if (task.state !== 'PROCESSED') {
      const { code, message } = task.error ?? { code: 'unexpected_answer', message: `It is ${task.state}.` };
      throw new TonemillError(code, message, { taskId: task.id });
    }
    notes.push(...(task.result?.adaptations ?? []).map(({ reason }) => reason));
    const path = joinPath(folder, 'result');
    const download = await client.tasks.download(task, 'result', { signal: stopSignal });
    await pipeline(Readable.fromWeb(download.stream()), createWriteStream(path), { signal: stopSignal });
    if (remove) await client.tasks.remove(task.id);
    return path;
  } finally {
    await client.batches.remove(batch.id);
  }
}
