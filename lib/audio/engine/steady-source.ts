import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { selectedSound, steadyArguments } from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import type { StreamedSource } from '../ffmpeg/input.ts';
import type { RunReport } from '../ffmpeg/run-report.ts';
import { folderOf, type Material, runFfmpeg, type Tools } from '../ffmpeg/runs.ts';
import type { Probed } from '../media/ffprobe-output.ts';

/** A source whose decoded sound has one format from beginning to end. */
export interface SteadySource extends StreamedSource {
  /** Report of the last run that was read to its end; null before. */
  report(): RunReport | null;
}

/**
 * Decodes a source whose format changes in mid-stream, and converts all of it to the format of its beginning, as a WAV
 * stream. ffmpeg restarts its filters at each change, so that trims and fades need a stream without changes. Every `open`
 * starts an ffmpeg, within the turn of the program that reads from it.
 */
export function steadySource(tools: Tools, material: Material & { probed: Probed }): SteadySource {
  const { input, probed } = material;
  let last: RunReport | null = null;
  return {
    folder: folderOf(input),
    report: () => last,
    async open() {
      const through = new PassThrough();
      const reading = new AbortController();
      through.once('close', () => reading.abort(new Error('the reader has ended')));
      const signal = AbortSignal.any([material.signal, reading.signal]);
      const run = runFfmpeg(
        tools,
        { ...material, signal },
        steadyArguments(selectedSound(input, probed), probed),
        {
          reported: true,
          output: (pipe) => pipeline(pipe, through, { end: false }),
        },
      );
      run.then(
        ({ ending, report }) => {
          last = report;
          if (ending.code === 0) through.end();
          else through.destroy(decodingFailure(ending));
        },
        (error: unknown) => through.destroy(error instanceof Error ? error : undefined),
      );
      return through;
    },
  };
}
