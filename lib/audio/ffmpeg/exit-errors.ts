import type { Ending } from '../../process/limited-process.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Format } from '../formats/formats.ts';
import type { AudioLimits } from '../media/limits.ts';
import { REFUSED_DECODER } from './allowed-inputs.ts';

/** Exit codes that stand for a signal (bash(1), EXIT STATUS), as wrappers pass them on. */
const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = {
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  153: 'SIGXFSZ',
};

/** A wrapper did not find its program (bash(1)), or the dynamic linker had no memory left to load it. */
const NOT_LOADED = 127;

/** How ffmpeg ends after somebody else's TERM, which it catches. */
const TERMINATED = 255;

/** The program's own words for memory that it did not get. */
const NO_MEMORY = /Cannot allocate memory|failed to map|out of memory/i;

/** The disk is full, or the share went away after the original was found there: nothing that the file could help. */
const OUT_OF_REACH = /No space left|Input\/output error|Stale (NFS )?file handle|No such file or directory/i;

/** Why ffmpeg or ffprobe gave up by itself, where it is not the file's content; their words are for the operator only. */
export function limitReached(ending: Ending): AppError | undefined {
  const { code, stderr } = ending;
  const signal = ending.signal ?? SIGNALS[code ?? 0];
  const cause = causeOf(ending);
  if (/max_streams/.test(stderr)) return tooMuch('too many streams', cause);
  if (code === NOT_LOADED || NO_MEMORY.test(stderr) || signal === 'SIGSEGV' || signal === 'SIGABRT') {
    return new AppError('resource_limit', 'Decoding needs more memory than it may take.', { cause });
  }
  if (signal === 'SIGKILL') {
    const sentence = 'Decoding took more computing time or memory than such a file may take.';
    return new AppError('resource_limit', sentence, { cause });
  }
  if (signal || code === TERMINATED || OUT_OF_REACH.test(stderr)) {
    return new AppError('unavailable', 'The conversion could not be finished here.', { cause });
  }
  return undefined;
}

/** Why ffmpeg made no result. */
export function conversionFailure(ending: Ending, format: Format, limits: AudioLimits): AppError {
  const { code, signal, stderr } = ending;
  if (signal === 'SIGXFSZ' || SIGNALS[code ?? 0] === 'SIGXFSZ' || /File too large/i.test(stderr)) {
    return resultTooLarge(format, limits.resultBytes);
  }
  return decodingFailure(ending);
}

/** Why ffmpeg could not read an original to its end. */
export function decodingFailure(ending: Ending): AppError {
  const limit = limitReached(ending);
  if (limit) return limit;
  const { stderr } = ending;
  const cause = causeOf(ending);
  if (/Decod\w+ .*not found|no decoder|Unsupported codec/i.test(stderr)) return unsupportedCodec(cause);
  if (/Error while opening decoder/.test(stderr) && REFUSED_DECODER.test(stderr))
    return unsupportedCodec(cause);
  return new AppError('damaged', 'The original is damaged and could not be decoded.', { cause });
}

/** What the program says of attached pictures is no matter of the sound. */
const OF_PICTURES = /^\[(png|mjpeg|gif|bmp|webp|tiff|IMGUTILS|swscaler)\b/;

/** Whether ffmpeg found fault with the sound that it decoded (it prints errors only). */
export function hasComplaints(stderr: string): boolean {
  return stderr
    .replace(REPEATED, '')
    .split('\n')
    .some((line) => line.trim() !== '' && !OF_PICTURES.test(line) && !REFUSED_DECODER.test(line));
}

/** Said of the line before, which counts by itself. */
const REPEATED = /^ +Last message repeated \d+ times$/gm;

/** Names of decoders that were not started, since nothing of their kind is allowed. */
export function refusedDecoders(stderr: string): ReadonlySet<string> {
  return new Set(stderr.match(/(?<=Codec \()\S+(?=\) not on whitelist)/g));
}

/** The program ended well and wrote no sound. */
export function nothingDecoded(complained: boolean): AppError {
  return complained
    ? new AppError('damaged', 'The original is damaged: nothing of it could be decoded.')
    : new AppError('no_audio', 'The original holds no sound: it ends where it begins.');
}

/** What no recording needs, and only a file made to exhaust the machine asks for. */
export function tooMuch(what: string, cause?: Error): AppError {
  return new AppError('resource_limit', `The file asks for more than any recording needs: ${what}.`, {
    cause,
  });
}

export function unsupportedCodec(cause?: Error): AppError {
  return new AppError('unsupported_codec', 'The codec of the original is not known here.', { cause });
}

export function tooLong({ durationSeconds }: AudioLimits): AppError {
  return new AppError(
    'too_long',
    `The original lasts longer than ${durationSeconds} s, which is the most here.`,
  );
}

export function resultTooLarge({ name }: Format, bytes: number): AppError {
  return new AppError(
    'result_too_large',
    `As ${name} it would be larger than ${bytes} bytes, the most here.`,
  );
}

function causeOf({ code, signal, stderr }: Ending): Error {
  return new Error(`the program ended with ${code ?? signal}: ${stderr.trim()}`);
}
