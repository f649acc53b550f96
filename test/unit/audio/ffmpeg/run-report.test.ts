import assert from 'node:assert/strict';
import { createReportReader } from '../../../../lib/audio/ffmpeg/run-report.ts';

/** Lines as ffmpeg prints them, with the counts at the end. */
const LINES = [
  '[info]   Stream #0:0 -> #0:0 (aac (native) -> flac (native))',
  '[flac @ 0x5] [error] Channel layout not supported by Flac, output stream will have incorrect channel layout.',
  '[info]     title           : Cannot allocate memory',
  '[graph_0_in_0_0 @ 0x5] [verbose] tb:1/48000 samplefmt:fltp samplerate:48000 chlayout:mono',
  '[wav @ 0x5] [error] Application provided invalid, non monotonically increasing dts to muxer',
  '[png @ 0x5] [error] chunk too big',
  '[aac @ 0x5] [error] Input buffer exhausted before END element found',
  '[error] Error while decoding stream #0:0: Invalid data found when processing input',
  '[error] Error while decoding stream #0:0: Invalid data found when processing input',
  '[matroska,webm @ 0x5] [error] File ended prematurely at pos. 5 (0x5)',
  '[Parsed_astats_1 @ 0x5] [info] Peak level dB: 1.940000',
  '[verbose]   Input stream #0:1 (audio): 151 packets read (28392 bytes); 150 frames decoded (144000 samples); ',
  '[verbose]   Output stream #0:0 (audio): 140 frames encoded (143000 samples); 140 packets muxed (1 bytes); ',
  '[verbose]   Output stream #1:0 (audio): 140 frames encoded (7 samples); 140 packets muxed (1 bytes); ',
];

describe('The report of a run of ffmpeg', () => {
  const read = (lines: readonly string[]) => {
    const changes: string[] = [];
    const { read, report } = createReportReader((from, to) => {
      changes.push(`${from.sampleRate} ${from.layout} ${to.sampleRate} ${to.layout}`);
    });
    const kept = lines.filter((line) => read(line));
    return { ...report(), kept, changes };
  };

  it('has the counts of packets and samples, whether samples clip, and messages about the sound only', () => {
    const { kept, changes, ...report } = read(LINES);
    assert.deepEqual(report, {
      packets: 151,
      decoded: 144_000,
      written: 143_000,
      clips: true,
      format: { sampleRate: 48_000, layout: 'mono' },
      formats: [{ sampleRate: 48_000, layout: 'mono' }],
      failedRead: false,
      failedEnd: false,
      complaints: { lost: 2, junk: 0, cut: 1 },
    });
    assert.deepEqual(changes, []);
    assert.ok(kept.every((line) => /\[error\]|Parsed_astats/.test(line)));
  });

  it('takes two outputs of ffmpeg 9 for no change of the format, since their graphs have one name', () => {
    const graph = (address: string, format: string) =>
      `[graph_-1_in_0:0 @ ${address}] [verbose] tb:1/44100 ${format}`;
    const [first, second] = [
      'samplefmt:s16 samplerate:44100 chlayout:mono',
      'samplefmt:s16 samplerate:48000 chlayout:mono',
    ];
    assert.deepEqual(read([graph('0x7f1', first), graph('0x7f2', first)]).changes, []);
    const changing = [
      graph('0x7f1', first),
      graph('0x7f2', first),
      graph('0x7f3', second),
      graph('0x7f4', second),
    ];
    assert.deepEqual(read(changing).changes, ['44100 mono 48000 mono']);
  });

  it('suspects samples at full scale, by the peak in a histogram of 16 bits', () => {
    const histogram = (level: string) =>
      read([`[Parsed_volumedetect_2 @ 0x55fa] [info] max_volume: ${level} dB`]).clips;
    assert.deepEqual(['-0.0', '0.0', '-0.1', '-10.0', '-91.0'].map(histogram), [
      true,
      true,
      false,
      false,
      false,
    ]);
    assert.equal(read(['[Parsed_astats_1 @ 0x55fa] [info] Peak level dB: -0.01']).clips, false);
  });

  it('counts no message of an encoder, and tags between frames apart', () => {
    const mapping = (decoder: string) =>
      `[info]   Stream #0:0 -> #0:0 (${decoder} (native) -> flac (native))`;
    const layout = '[flac @ 0x5] [error] Channel layout not supported by Flac';
    const lost = '[flac @ 0x5] [error] invalid sync code';
    assert.equal(read([mapping('flac'), layout, lost]).complaints.lost, 1);
    assert.equal(read([mapping('pcm_s16le'), lost]).complaints.lost, 0);
    const mpeg = '[info]   Stream #0:0 -> #0:0 (mp3 (mp3float) -> flac (native))';
    const refused = '[error] Error while decoding stream #0:0: Invalid data found when processing input';
    const tag = [mpeg, '[mp3float @ 0x5] [error] Header missing', refused];
    assert.deepEqual(read(tag).complaints, { lost: 0, junk: 1, cut: 0 });
  });

  it('knows the summary of newer releases', () => {
    const line =
      '[verbose]   Input stream #0:0 (audio): 9 packets read (1 bytes); 8 frames decoded; 1 decode errors (77 samples); ';
    assert.equal(read([line]).decoded, 77);
  });

  it('tells that the end of a result could not be written, by any release, and by nothing that a file says', () => {
    const ends = (line: string) => read([line]).failedEnd;
    assert.ok(ends('[error] Error writing trailer of a.flac: No space left on device'));
    assert.ok(ends('[out#0/flac @ 0x5] [error] Error writing trailer: Disk quota exceeded'));
    assert.ok(ends('[error] Error closing file a.wav: Input/output error'));
    assert.ok(!ends('[error] Error writing trailer of a.mkv: Invalid argument'));
    assert.ok(!ends('[info]     title           : Error writing trailer: No space left on device'));
  });

  it('tells of a change of the decoded format', () => {
    const graph = (index: number, rate: number) =>
      `[graph_${index}_in_0_0 @ 0x5] [verbose] tb:1/1 samplefmt:fltp samplerate:${rate} chlayout:0x4`;
    assert.deepEqual(read([graph(0, 48_000), graph(1, 48_000)]).changes, []);
    assert.deepEqual(read([graph(0, 48_000), graph(0, 44_100)]).changes, ['48000 0x4 44100 0x4']);
  });
});
