import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { convertArguments, type Encoding, type Part } from '../ffmpeg/arguments.ts';
import type { Source } from '../ffmpeg/input.ts';
import type { Output } from '../ffmpeg/output.ts';
import { decode, folderOf, type Run, type Tools } from '../ffmpeg/runs.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { completeHeaderFrame, haveSameBytes, type SoundRange, writeSound } from '../media/mp3-pieces.ts';
import type { Level } from '../plan/filters.ts';
import { type Pieces, planPieces } from '../plan/pieces.ts';
import type { Plan } from '../plan/plan.ts';

/** A conversion whose encoding may be split. */
export interface LongWork {
  input: Source;
  probed: Probed;
  output: Output;
  plan: Plan;
  /** Present if the original is decoded by way of a steady source. */
  steady?: unknown;
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** Times a proof's length by which a piece begins before its cut; the next one where a join was not proved. */
const LEADS = [2, 4, 8] as const;

/** A piece as it was made. */
interface Piece {
  path: string;
  /** First frame of its file, in the whole. */
  begin: number;
  run: Run;
}

/**
 * Encodes a long original by several runs at once, and joins what they made: the same bytes as of one run. Undefined if one run
 * has to encode it: it is short or cannot be split, no other place is free, a run found damage, or a join was not proved.
 * @param encodingOf writes the files that an encoding needs; called only if there are pieces
 */
export async function encodePieces(
  tools: Tools,
  work: LongWork,
  level: Level,
  encodingOf: () => Promise<Encoding>,
): Promise<Run | undefined> {
  const pieces = piecesFor(tools, work, level);
  if (!pieces || typeof work.output !== 'string') return undefined;
  const folder = join(folderOf(work.output), 'pieces');
  await mkdir(folder, { mode: 0o700 });
  const stop = new AbortController();
  try {
    const signal = AbortSignal.any([work.signal, stop.signal]);
    return await makeAndJoin(tools, { ...work, signal }, await encodingOf(), { ...pieces, folder, stop });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function piecesFor({ semaphore, splitSeconds }: Tools, work: LongWork, level: Level): Pieces | undefined {
  const { plan, probed, steady, input } = work;
  const isLong = splitSeconds !== undefined && (plan.seconds ?? 0) > splitSeconds;
  if (!isLong || steady || typeof input !== 'string') return undefined;
  const free = semaphore.concurrency - semaphore.activeCount - semaphore.pendingCount;
  return free < 2 ? undefined : planPieces(plan, level, probed, free);
}

interface Split extends Pieces {
  folder: string;
  stop: AbortController;
}

async function makeAndJoin(
  tools: Tools,
  work: LongWork,
  encoding: Encoding,
  split: Split,
): Promise<Run | undefined> {
  const { cuts, stop } = split;
  const progress = sumOfProgress(work, cuts.length + 1);
  const make = (index: number, lead: number) => runPiece(tools, work, encoding, split, index, lead, progress);
  const runs = [0, ...cuts].map((_, index) => make(index, LEADS[0]));
  for (const run of runs) run.catch((error: unknown) => stop.abort(error));
  await Promise.allSettled(runs);
  const made = await Promise.all(runs);
  for (let index = 1; index < made.length; index++) {
    const proved = await provedPiece(encoding, split, made, index, make);
    if (!proved) return undefined;
    made[index] = proved;
  }
  return made.every(({ run }) => isClean(run)) ? joinPieces(tools, work, encoding, split, made) : undefined;
}

function isClean({ ending, report: { complaints, failedRead, decoded, written } }: Run): boolean {
  const complained = complaints.lost + complaints.junk + complaints.cut > 0;
  return ending.code === 0 && !complained && !failedRead && decoded !== null && written !== null;
}

/** Begins a piece earlier until both neighbours have made the same bytes around the cut. */
async function provedPiece(
  encoding: Encoding,
  split: Split,
  made: readonly Piece[],
  index: number,
  make: (index: number, lead: number) => Promise<Piece>,
): Promise<Piece | undefined> {
  const [before, first] = [made[index - 1], made[index]];
  const cut = split.cuts[index - 1];
  if (!before || !first || cut === undefined || !isClean(before.run) || !isClean(first.run)) return undefined;
  const window = (piece: Piece) => rangeOf(encoding, split, piece, cut - split.proof, cut + split.proof);
  if (await haveSameBytes(window(before), window(first))) return first;
  for (const lead of LEADS.slice(1)) {
    const longer = await make(index, lead);
    if (!isClean(longer.run)) return undefined;
    if (await haveSameBytes(window(before), window(longer))) return longer;
  }
  return undefined;
}

/** The bytes of frames of the whole in the file of a piece; `to` undefined: to its end. */
function rangeOf(
  { plan }: Encoding,
  { frameSamples }: Pieces,
  { path, begin }: Piece,
  from: number,
  to: number | undefined,
): SoundRange {
  const bytes = (frames: number) =>
    Math.round((frames * frameSamples * (plan.bitrate ?? 0)) / 8 / plan.sampleRate);
  return { path, from: bytes(from - begin), to: to === undefined ? undefined : bytes(to - begin) };
}

async function runPiece(
  tools: Tools,
  work: LongWork,
  encoding: Encoding,
  { cuts, proof, frameSamples, folder }: Split,
  index: number,
  lead: number,
  progress: (index: number, seconds: number) => void,
): Promise<Piece> {
  const seconds = (frames: number) => (frames * frameSamples) / work.plan.sampleRate;
  const begin = index === 0 ? 0 : (cuts[index - 1] ?? 0) - lead * proof;
  const next = cuts[index];
  const part: Part = {
    start: seconds(begin),
    seconds: next === undefined ? undefined : seconds(next + 2 * proof - begin),
  };
  const path = join(folder, `${index}-${lead}.${work.plan.format.extension}`);
  const args = convertArguments({ ...encoding, output: path }, part);
  const listeners = { onSeconds: (at: number) => progress(index, at), steady: true };
  const run = await decode(tools, { ...work, skipped: 0 }, args, listeners);
  return { path, begin, run };
}

/** Progress of the whole, from the seconds of each piece. */
function sumOfProgress(
  { plan, onProgress }: LongWork,
  count: number,
): (index: number, seconds: number) => void {
  const reached = new Array<number>(count).fill(0);
  return (index, seconds) => {
    reached[index] = Math.max(reached[index] ?? 0, seconds);
    const sum = reached.reduce((all, one) => all + one, 0);
    if (plan.seconds) onProgress(Math.min(1, sum / plan.seconds));
  };
}

/** Copies the frames into the result by the muxer of one run, which counts them, and completes what only encoders know. */
async function joinPieces(
  tools: Tools,
  work: LongWork,
  encoding: Encoding,
  split: Split,
  made: readonly Piece[],
): Promise<Run | undefined> {
  const [first, last] = [made[0], made.at(-1)];
  if (!first || !last || typeof encoding.output !== 'string') return undefined;
  const ranges = made.map((piece, index) =>
    rangeOf(encoding, split, piece, split.cuts[index - 1] ?? 0, split.cuts[index]),
  );
  const frames = join(split.folder, `frames.${work.plan.format.extension}`);
  await writeSound(ranges, frames, work.signal);
  const plan = { ...encoding.plan, encoder: { name: 'copy', codec: 'mp3', depth: null }, settings: [] };
  const args = convertArguments({ ...encoding, input: frames, track: 1, decoder: null, plan });
  const copy = await decode(tools, { ...work, input: frames }, args, {});
  if (copy.ending.code !== 0) return undefined;
  if (!(await completeHeaderFrame(encoding.output, first.path, last.path))) return undefined;
  return { ...last.run, report: wholeReport(last, split) };
}

/** The report of one run: each sample is decoded and encoded once. */
function wholeReport({ run: { report }, begin }: Piece, { frameSamples }: Pieces): Run['report'] {
  const before = begin * frameSamples;
  const total = (samples: number | null) => (samples === null ? null : before + samples);
  return { ...report, packets: null, decoded: total(report.decoded), written: total(report.written) };
}
