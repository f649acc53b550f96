import { styleText } from 'node:util';
import type { Binary } from '../audio/ffmpeg/binaries.ts';
import { describeBuild } from '../audio/ffmpeg/program-version.ts';
import { printable } from '../runtime/log-formats.ts';

/** A service of local mode that has started. */
export interface Started {
  url: string;
  /** Folder of the database, the files and the keys. */
  data: string;
  ffmpeg: Binary;
  /** Whether it, or ffprobe, has published holes. */
  hasHoles: boolean;
  /** Whether it is the build of 2018 that comes with npm. */
  isFallback: boolean;
  /** Command that installs another ffmpeg on this system, if there is one. */
  remedy: string | undefined;
  /** Conversions at once. */
  conversions: number;
}

export interface TerminalOptions {
  color: boolean;
  /** Width in characters. */
  columns: number;
}

/** Below this width, a value has its own line. */
const NARROW = 60;

/** The line that tells a waiting program that the service is ready. */
export function readyLine(url: string): string {
  return `Tonemill is ready on ${url}`;
}

/** Lines for a person who has started the service on a terminal; the first one is `readyLine`. */
export function welcome(started: Started, terminal: TerminalOptions): string[] {
  const { url, data, ffmpeg, conversions } = started;
  const paint = painter(terminal);
  const holes = started.hasHoles ? ' (published holes: npm run doctor)' : '';
  const rows = [
    ['Routes', `${url}/docs`],
    ['Data', data],
    ['ffmpeg', `${describeBuild(ffmpeg)}, ${ffmpeg.path}${holes}`],
    ['Converts', conversions === 1 ? '1 file at a time' : `${conversions} files at a time`],
    ['Stop', 'Ctrl-C'],
  ] as const;
  const separator = terminal.columns < NARROW ? '\n    ' : '';
  return [
    paint(['bold', 'green'], readyLine(url)),
    '',
    ...rows.map(([label, value]) => `  ${paint(['dim'], label.padEnd(10))}${separator}${printable(value)}`),
    '',
    ...(started.isFallback ? warningLines(started, terminal) : []),
  ];
}

function warningLines({ remedy }: Started, terminal: TerminalOptions): string[] {
  const paint = painter(terminal);
  const sentence =
    'This ffmpeg is a build of 2018. It is 2.6 times slower than a current one, and it has known security holes.';
  const help = remedy
    ? 'Install a current one with this command, and start again:'
    : 'Install a current one (https://ffmpeg.org/download.html), set FFMPEG_PATH to it, and start again.';
  const words = [...wrapped(sentence, terminal.columns - 4), ...wrapped(help, terminal.columns - 4)];
  return [
    ...words.map((line) => `  ${paint(['yellow'], line)}`),
    ...(remedy ? ['', `    ${paint(['bold'], remedy)}`] : []),
    '',
  ];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function painter({
  color,
}: TerminalOptions): (style: Parameters<typeof styleText>[0], text: string) => string {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}
