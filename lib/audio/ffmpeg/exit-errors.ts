import type { Ending } from '../../process/limited-process.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Format } from '../formats/formats.ts';
import type { AudioLimits } from '../media/limits.ts';
import { REFUSED_DECODER } from './allowed-inputs.ts';

/** Exit codes that wrappers return for a signal (bash(1), EXIT STATUS). */
const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = {
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  153: 'SIGXFSZ',
};

/** A wrapper did not find its program (bash(1)), or the dynamic linker had no memory to load it. */
const NOT_LOADED = 127;

/** Exit code of ffmpeg after a SIGTERM from another process. */
const TERMINATED = 255;

/** Messages of programs that got no memory. */
const NO_MEMORY = /Cannot allocate memory|failed to map|out of memory/i;

/** Messages for a full disk, or for a share that disappeared after the original was found; the file is not the cause. */
const OUT_OF_REACH = /No space left|Input\/output error|Stale (NFS )?file handle|No such file or directory/i;

/** Error of a run that a limit or the machine ended; undefined otherwise. Only the operator sees the program's messages. */
export function limitReached(ending: Ending): AppError | undefined {
  const { code, stderr } = ending;
  const signal = ending.signal ?? SIGNALS[code ?? 0];
  const cause = causeOf(ending);
  if (/max_streams/.test(stderr)) return tooMuch('too many streams', cause);
  if (code === NOT_LOADED || NO_MEMORY.test(stderr) || signal === 'SIGSEGV' || signal === 'SIGABRT') {
    return new AppError('resource_limit', 'Decoding needs more memory than the limit allows.', { cause });
  }
  if (signal === 'SIGKILL') {
    const sentence = 'Decoding took more computing time or memory than the limit for such a file.';
    return new AppError('resource_limit', sentence, { cause });
  }
  if (signal || code === TERMINATED || OUT_OF_REACH.test(stderr)) {
    return new AppError('unavailable', 'The conversion could not be finished.', { cause });
  }
  return undefined;
}

/** Error of a run that should have made a result. */
export function conversionFailure(ending: Ending, format: Format, limits: AudioLimits): AppError {
  const { code, signal, stderr } = ending;
  if (signal === 'SIGXFSZ' || SIGNALS[code ?? 0] === 'SIGXFSZ' || /File too large/i.test(stderr)) {
    return resultTooLarge(format, limits.resultBytes);
  }
  return decodingFailure(ending);
}

/** Error of a run that did not read an original to its end. */
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

/** Messages about attached pictures, which do not concern the sound. */
const OF_PICTURES = /^\[(png|mjpeg|gif|bmp|webp|tiff|IMGUTILS|swscaler)\b/;

/** Whether ffmpeg reported errors in the sound (it prints only errors). */
export function hasComplaints(stderr: string): boolean {
  return stderr
    .replace(REPEATED, '')
    .split('\n')
    .some((line) => line.trim() !== '' && !OF_PICTURES.test(line) && !REFUSED_DECODER.test(line));
}

/** A repetition of the line before, which counts by itself. */
const REPEATED = /^ +Last message repeated \d+ times$/gm;

/** Names of decoders that ffmpeg did not start because they are not allowed. */
export function refusedDecoders(stderr: string): ReadonlySet<string> {
  return new Set(stderr.match(/(?<=Codec \()\S+(?=\) not on whitelist)/g));
}

/** Error of a run that ended without an error and wrote no sound. */
export function nothingDecoded(complained: boolean): AppError {
  return complained
    ? new AppError('damaged', 'The original is damaged: no sound could be decoded.')
    : new AppError('no_audio', 'The original contains no sound: its duration is zero.');
}

/** Error of a file that declares more than any recording needs, to exhaust the machine. */
export function tooMuch(what: string, cause?: Error): AppError {
  return new AppError('resource_limit', `The file asks for more than any recording needs: ${what}.`, {
    cause,
  });
}

export function unsupportedCodec(cause?: Error): AppError {
  return new AppError('unsupported_codec', 'This service does not support the codec of the original.', {
    cause,
  });
}

export function tooLong({ durationSeconds }: AudioLimits): AppError {
  return new AppError('too_long', `The original lasts longer than the limit of ${durationSeconds} s.`);
}

export function resultTooLarge({ name }: Format, bytes: number): AppError {
  return new AppError('result_too_large', `The result in ${name} would exceed the limit of ${bytes} bytes.`);
}

function causeOf({ code, signal, stderr }: Ending): Error {
  return new Error(`the program ended with ${code ?? signal}: ${stderr.trim()}`);
}
