import {
  decodeArguments,
  type SpectrumWindow,
  selectedSound,
  spectrumArguments,
} from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import { type Material, runReported, type Tools } from '../ffmpeg/runs.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { createPeaks, type Waveform } from '../waveform/peaks.ts';

/** A sound whose original was probed. */
type Sound = Material & { probed: Probed };

/** Decodes a whole sound into its peaks. */
export async function drawWaveform(tools: Tools, material: Sound): Promise<Waveform> {
  const { input, probed } = material;
  const peaks = createPeaks(probed.media.sampleRate);
  const { ending } = await runReported(tools, material, decodeArguments(selectedSound(input, probed)), {
    output: peaks.read,
  });
  if (ending.code !== 0) throw decodingFailure(ending);
  return peaks.waveform();
}

/** Draws a part of a sound as PNG; empty where the part lies behind the end. */
export async function drawSpectrum(tools: Tools, material: Sound, window: SpectrumWindow): Promise<Buffer> {
  const { input, probed } = material;
  const chunks: Buffer[] = [];
  const { ending } = await runReported(
    tools,
    { ...material, skipped: window.start },
    spectrumArguments(selectedSound(input, probed), window),
    {
      async output(pipe) {
        for await (const chunk of pipe) chunks.push(chunk);
      },
    },
  );
  if (ending.code !== 0 && chunks.length > 0) throw decodingFailure(ending);
  return Buffer.concat(chunks);
}
