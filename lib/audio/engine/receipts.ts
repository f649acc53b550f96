import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { eachLine } from '../../process/limited-process.ts';
import { AppError, isFailure } from '../../runtime/errors.ts';
import { selectedSound } from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import { probe } from '../ffmpeg/probe.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import { samplesArguments } from '../ffmpeg/samples-arguments.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Depth } from '../media/media-info.ts';
import { isIntact, type Receipt, type SampleForm, sealed } from '../media/receipt.ts';
import { measure } from './analysis-passes.ts';
import { isEmpty } from './judgement.ts';

/** A source with its probe. */
interface Decoded {
  input: Source;
  probed: Probed;
  signal: AbortSignal;
}

/** A file with its hashes. */
interface HashedFile {
  sha256: string;
  /** Bytes. */
  size: number;
  md5: string;
}

/** Makes the receipt of a result that lies in a local file. Decodes the original and the result once more. */
export async function issueReceipt(
  tools: Tools,
  original: Decoded,
  { format, asked }: EffectiveOptions,
  output: string,
): Promise<Receipt> {
  const { signal } = original;
  const made = { input: output, probed: await probe(tools, output, signal), signal };
  const compared = commonForm(original.probed.depth, made.probed.depth);
  const [before, after] = [await hashFile(tools, original, compared), await hashFile(tools, made, compared)];
  const { ffmpeg, ffprobe } = tools.binaries;
  return sealed({
    version: 1,
    original: before,
    result: after,
    compared,
    verified: before.md5 === after.md5,
    loudness: asked.receipt === 'loudness' ? await measure(tools, made) : null,
    programs: { ffmpeg: ffmpeg.version, ffprobe: ffprobe.version },
    plan: { format: format.name, options: asked },
  });
}

/** A property of a file that is not as its receipt says. */
export interface Difference {
  property: 'receipt' | 'sha256' | 'size' | 'md5';
  expected: string | number;
  /** Null if there is none: the receipt itself was changed, or the file has no sound that can be decoded. */
  found: string | number | null;
}

/** Comparison of a file with a receipt. */
export interface Verification {
  /** Whether the file is the result, and the receipt is unchanged. */
  matches: boolean;
  /** The file by its bytes: the result, the original, or neither. */
  is: 'result' | 'original' | 'other';
  differences: Difference[];
}

/** Compares a file with the result of a receipt; its samples are decoded only if its bytes differ. */
export async function verifyFile(
  tools: Tools,
  path: string,
  receipt: Receipt,
  signal: AbortSignal,
): Promise<Verification> {
  const { result, original, digest } = receipt;
  const found = await hashBytes(path);
  const differences: Difference[] = [];
  if (!isIntact(receipt)) differences.push({ property: 'receipt', expected: digest, found: null });
  for (const property of ['sha256', 'size'] as const)
    if (found[property] !== result[property])
      differences.push({ property, expected: result[property], found: found[property] });
  if (found.sha256 !== result.sha256) {
    const md5 = await samplesOf(tools, path, receipt, signal);
    if (md5 !== result.md5) differences.push({ property: 'md5', expected: result.md5, found: md5 });
  }
  const is =
    found.sha256 === result.sha256 ? 'result' : found.sha256 === original.sha256 ? 'original' : 'other';
  return { matches: differences.length === 0, is, differences };
}

async function samplesOf(
  tools: Tools,
  path: string,
  { compared }: Receipt,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const probed = await probe(tools, path, signal);
    return await hashSamples(tools, { input: path, probed, signal }, compared);
  } catch (error) {
    if (isFailure(error)) return null;
    throw error;
  }
}

/** Hashes the bytes of a file and its decoded samples. */
async function hashFile(tools: Tools, decoded: Decoded, form: SampleForm): Promise<HashedFile> {
  return { ...(await hashBytes(decoded.input)), md5: await hashSamples(tools, decoded, form) };
}

async function hashBytes(input: Source): Promise<Pick<HashedFile, 'sha256' | 'size'>> {
  const hash = createHash('sha256');
  let size = 0;
  const stream = typeof input === 'string' ? createReadStream(input) : await input.open();
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

async function hashSamples(tools: Tools, decoded: Decoded, form: SampleForm): Promise<string> {
  let md5: string | undefined;
  const args = samplesArguments(selectedSound(decoded.input, decoded.probed), form);
  const { ending, report } = await decode(tools, decoded, args, {
    output: eachLine((line) => {
      md5 = /^MD5=([0-9a-f]{32})$/.exec(line)?.[1] ?? md5;
    }),
  });
  if (ending.code !== 0 && !isEmpty(report)) throw decodingFailure(ending);
  if (md5 === undefined) throw new AppError('internal', 'ffmpeg printed no hash of the samples.');
  return md5;
}

/**
 * The narrowest form that holds every sample of both: integers of the larger depth, or floating point. Lossy codecs decode to 32 bits of
 * floating point.
 */
function commonForm(one: Depth | null, other: Depth | null): SampleForm {
  const depths = [one ?? LOSSY, other ?? LOSSY];
  const bits = Math.max(...depths.map((depth) => depth.bits));
  if (depths.some((depth) => depth.float))
    return depths.some((depth) => depth.bits === 64 || (!depth.float && depth.bits > 24))
      ? 'pcm_f64le'
      : 'pcm_f32le';
  return bits <= 16 ? 'pcm_s16le' : bits <= 24 ? 'pcm_s24le' : 'pcm_s32le';
}

const LOSSY: Depth = { bits: 32, float: true };
