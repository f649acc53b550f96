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

/** The launcher could not confine its program (launcher.c); the file is not the cause. */
const UNCONFINED = 125;

/** Exit code of ffmpeg after a SIGTERM from another process. */
const TERMINATED = 255;

/** Messages of programs that got no memory. */
const NO_MEMORY = /Cannot allocate memory|failed to map|out of memory/i;

/** Messages for a disk or a share that fails while a program reads. */
const FAILED_READ =
  /Input\/output error|Remote I\/O error|Stale (NFS )?file handle|endpoint is not connected|Host is down|Connection (timed out|reset|refused)|No route to host|Network is (down|unreachable)/i;

/** Messages for a full disk, or for a share that disappeared after the original was found; the file is not the cause. */
const OUT_OF_REACH = /No space left|Disk quota exceeded|Read-only file system|No such file or directory/i;

/** ffmpeg before version 6 ends with 0 if the last bytes of a result, which it held until then, could not be written. */
const FAILED_END = /Error (?:writing trailer|closing file)\b/;

/** Messages for a disk that takes no more, besides those of one that fails. */
const FULL = /No space left|Disk quota exceeded|File too large|Read-only file system/i;

/** Whether a line says that the end of a result could not be written. */
export function saysFailedEnd(line: string): boolean {
  return FAILED_END.test(line) && (FULL.test(line) || FAILED_READ.test(line));
}

/** Whether a line says that a program could not read on. */
export function saysFailedRead(line: string): boolean {
  return FAILED_READ.test(line);
}

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
  if (
    signal ||
    code === TERMINATED ||
    code === UNCONFINED ||
    OUT_OF_REACH.test(stderr) ||
    saysFailedRead(stderr)
  ) {
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
  if (/Decod(?:er|ing) [^\n]{0,200}not found|no decoder|Unsupported codec/i.test(stderr))
    return unsupportedCodec(cause);
  if (/Error while opening decoder/.test(stderr) && REFUSED_DECODER.test(stderr))
    return unsupportedCodec(cause);
  return new AppError('damaged', 'The original is damaged and could not be decoded.', { cause });
}

/**
 * Error of an original of which nothing could be decoded.
 * @param expected whether its header declares sound, or the decoder refused some
 */
export function nothingDecoded(expected: boolean): AppError {
  return expected
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
