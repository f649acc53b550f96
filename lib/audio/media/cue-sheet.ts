import { type CueTrack, mustRise, type ReadTrack } from './cue-tracks.ts';

/** Frames of a CD in a second, by which a CUE sheet counts; each has 588 samples at 44.1 kHz. */
export const CUE_FRAMES = 75;

/** Maximum number of tracks; a CD has 99. */
const MOST_TRACKS = 999;

/** Characters of one text of a CUE sheet. */
const LONGEST_TEXT = 500;

/** A disc image as its CUE sheet describes it. Texts are as the sheet has them: no place for a file is made of them. */
export interface CueSheet {
  title: string | null;
  performer: string | null;
  songwriter: string | null;
  genre: string | null;
  date: string | null;
  tracks: readonly CueTrack[];
}

/** A CUE sheet that cannot be followed; the message says which line, and what was expected. */
export class BadCueSheet extends Error {}

/**
 * Reads a CUE sheet (CDRWIN User's Guide, appendix A) of one file of sound. The name of that file is not looked at.
 * Throws `BadCueSheet`.
 */
export function readCueSheet(text: string): CueSheet {
  const reading = createReading();
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    try {
      readLine(reading, line.trim());
    } catch (error) {
      if (!(error instanceof BadCueSheet)) throw error;
      throw new BadCueSheet(`line ${index + 1} of the CUE sheet: ${error.message}`);
    }
  }
  const { tracks, files: _, ...disc } = reading;
  const checked = mustRise(tracks, (message) => new BadCueSheet(message));
  return { ...disc, tracks: checked };
}

/** The bytes of a CUE sheet as text: UTF-16 with a byte order mark, UTF-8, or else Latin-1 as Windows has it. */
export function cueText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

interface Reading extends Omit<CueSheet, 'tracks'> {
  tracks: ReadTrack[];
  files: number;
}

function createReading(): Reading {
  return {
    ...{ title: null, performer: null, songwriter: null, genre: null, date: null },
    tracks: [],
    files: 0,
  };
}

function readLine(reading: Reading, line: string): void {
  const [, name = '', rest = ''] = /^(\S+)(?:\s(.*))?$/.exec(line) ?? [];
  const read = COMMANDS.get(name.toUpperCase());
  if (read) read(reading, rest.trim());
  else if (line !== '' && !IGNORED.has(name.toUpperCase()))
    throw new BadCueSheet(
      `there is no command ${shown(name)}; expected one of TRACK, INDEX, TITLE, PERFORMER`,
    );
}

/** Commands that say nothing about the sound or its tags. */
const IGNORED: ReadonlySet<string> = new Set(['CATALOG', 'CDTEXTFILE', 'FLAGS', 'POSTGAP']);

const COMMANDS: ReadonlyMap<string, (reading: Reading, rest: string) => void> = new Map([
  ['FILE', readFile],
  ['TRACK', readTrack],
  ['INDEX', readIndex],
  ['PREGAP', (reading, rest) => (currentTrack(reading, 'PREGAP').silence = frames(rest))],
  ['ISRC', (reading, rest) => (currentTrack(reading, 'ISRC').isrc = textOf(rest))],
  ['TITLE', (reading, rest) => (currentPart(reading).title = textOf(rest))],
  ['PERFORMER', (reading, rest) => (currentPart(reading).performer = textOf(rest))],
  ['SONGWRITER', (reading, rest) => (currentPart(reading).songwriter = textOf(rest))],
  ['REM', readRemark],
]);

/** A second file would begin to count again. */
function readFile(reading: Reading, _: string): void {
  reading.files += 1;
  if (reading.files > 1)
    throw new BadCueSheet('there is a second FILE; expected one, since one file is split');
}

function readTrack({ tracks }: Reading, rest: string): void {
  const [, digits, kind = ''] = /^(\d{1,3})\s+(\S+)$/.exec(rest) ?? [];
  if (digits === undefined) throw new BadCueSheet(`expected TRACK, a number and AUDIO, not ${shown(rest)}`);
  if (kind.toUpperCase() !== 'AUDIO')
    throw new BadCueSheet(`track ${Number(digits)} is ${shown(kind)}; expected AUDIO`);
  if (tracks.length === MOST_TRACKS) throw new BadCueSheet(`expected at most ${MOST_TRACKS} tracks`);
  tracks.push({
    ...{ number: Number(digits), title: null, performer: null, songwriter: null, isrc: null },
    ...{ pregap: null, silence: 0, start: null },
  });
}

function readIndex(reading: Reading, rest: string): void {
  const track = currentTrack(reading, 'INDEX');
  const [, digits, time = ''] = /^(\d{1,2})\s+(\S+)$/.exec(rest) ?? [];
  if (digits === undefined) throw new BadCueSheet(`expected INDEX, a number and a time, not ${shown(rest)}`);
  const at = frames(time);
  if (Number(digits) === 0) track.pregap = at;
  if (Number(digits) === 1) track.start = at;
}

function readRemark(reading: Reading, rest: string): void {
  const [, name = '', value = ''] = /^(GENRE|DATE)\s(.*)$/i.exec(rest) ?? [];
  if (name.toUpperCase() === 'GENRE') reading.genre = textOf(value.trim());
  if (name.toUpperCase() === 'DATE') reading.date = textOf(value.trim());
}

function currentTrack({ tracks }: Reading, command: string): ReadTrack {
  const track = tracks.at(-1);
  if (!track) throw new BadCueSheet(`${command} stands before the first TRACK; expected a TRACK before it`);
  return track;
}

function currentPart(reading: Reading): Pick<CueSheet, 'title' | 'performer' | 'songwriter'> {
  return reading.tracks.at(-1) ?? reading;
}

/** Minutes, seconds and frames, as frames. */
function frames(time: string): number {
  const [, minutes, seconds, rest] = /^(\d{1,4}):(\d{2}):(\d{2})$/.exec(time) ?? [];
  const isTime = minutes !== undefined && Number(seconds) < 60 && Number(rest) < CUE_FRAMES;
  if (!isTime)
    throw new BadCueSheet(
      `expected a time such as 03:59:74, with 60 seconds and 75 frames, not ${shown(time)}`,
    );
  return (Number(minutes) * 60 + Number(seconds)) * CUE_FRAMES + Number(rest);
}

/** A text with or without quotes; null if it is empty. */
function textOf(rest: string): string | null {
  const isQuoted = rest.length > 1 && rest.startsWith('"') && rest.endsWith('"');
  const text = (isQuoted ? rest.slice(1, -1) : rest).trim().slice(0, LONGEST_TEXT).toWellFormed();
  return text === '' ? null : text;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 30).toWellFormed());
}
