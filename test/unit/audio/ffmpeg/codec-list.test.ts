import assert from 'node:assert/strict';
import { readCodecs } from '../../../../lib/audio/ffmpeg/codec-list.ts';

const LIST = `Codecs:
 D..... = Decoding supported
 -------
 DEV.L. h264                 H.264 (decoders: h264 h264_v4l2m2m ) (encoders: libx264 )
 DEA.L. mp3                  MP3 (MPEG audio layer 3) (decoders: mp3float mp3 ) (encoders: libmp3lame libshine )
 DEAI.S flac                 FLAC (Free Lossless Audio Codec)
 D.A.L. cook                 Cook / Cooker / Gecko (RealAudio G2)
 ..A.L. ac4                  AC-4
`;

describe('The list of codecs of ffmpeg', () => {
  it('gives encoders and decoders of sound, under their own names', () => {
    const { encoders, decoders } = readCodecs(LIST);
    assert.deepEqual([...encoders], ['libmp3lame', 'libshine', 'flac']);
    assert.deepEqual(Object.fromEntries(decoders), {
      mp3: ['mp3float', 'mp3'],
      flac: ['flac'],
      cook: ['cook'],
    });
  });

  it('gives the same of ffmpeg 9, which writes no space at the end of a list', () => {
    assert.deepEqual(readCodecs(LIST.replaceAll(' )', ')')), readCodecs(LIST));
  });
});
