/** Chunks and values of a WAV file as field recorders and samplers write it: three seconds at 48 kHz, mono, 16 bits. */
export const BROADCAST = { rate: 48_000, seconds: 3, timeReference: 172_800_000 };

/** A whole file with bext (version 2), cue points with texts, two sampler loops, iXML and a chunk of no known kind. */
export function broadcastWav(): Buffer {
  return wavOf([
    bext(),
    format(),
    ['data', sound()],
    cues(),
    texts(),
    loops(),
    ixml(),
    ['zzzz', Buffer.from('odd')],
  ]);
}

type NamedChunk = readonly [id: string, content: Buffer];

export function wavOf(chunks: readonly NamedChunk[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks.map(riffChunk)]);
  return riffChunk(['RIFF', body]);
}

function riffChunk([id, content]: NamedChunk): Buffer {
  return Buffer.concat([Buffer.from(id), int32(content.length), content, Buffer.alloc(content.length % 2)]);
}

export function int32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

export function format(): NamedChunk {
  const { rate } = BROADCAST;
  const [head, tail] = [Buffer.from([1, 0, 1, 0]), Buffer.from([2, 0, 16, 0])];
  return ['fmt ', Buffer.concat([head, int32(rate, rate * 2), tail])];
}

export function sound(): Buffer {
  const samples = new Int16Array(BROADCAST.rate * BROADCAST.seconds);
  return Buffer.from(samples.map((_, index) => 8000 * Math.sin(index / 20)).buffer);
}

export function bext(): NamedChunk {
  const chunk = Buffer.alloc(615);
  chunk.write('A description', 0);
  chunk.write('Recorder', 256);
  chunk.write('2024-01-02', 320);
  chunk.write('10:11:12', 330);
  chunk.writeBigUInt64LE(BigInt(BROADCAST.timeReference), 338);
  chunk.writeUInt16LE(2, 346);
  const loudness = [-2300, 500, -100, -2000, -2100];
  for (const [index, value] of loudness.entries()) chunk.writeInt16LE(value, 412 + index * 2);
  chunk.write('A=PCM,F=48000', 602);
  return ['bext', chunk];
}

const POINTS = [0, 48_000, 96_000];

function cues(): NamedChunk {
  const points = POINTS.map((sample, index) => {
    return Buffer.concat([int32(index + 1, sample), Buffer.from('data'), int32(0, 0, sample)]);
  });
  return ['cue ', Buffer.concat([int32(points.length), ...points])];
}

function texts(): NamedChunk {
  const text = (id: string, point: number, value: string) => {
    return riffChunk([id, Buffer.concat([int32(point), Buffer.from(`${value}\0`)])]);
  };
  const region = Buffer.concat([
    int32(3, 24_000),
    Buffer.from('rgn '),
    Buffer.alloc(8),
    Buffer.from('Region\0'),
  ]);
  const all = [
    text('labl', 1, 'Intro'),
    text('labl', 2, 'Zwölf'),
    text('note', 2, 'a note'),
    riffChunk(['ltxt', region]),
  ];
  return ['LIST', Buffer.concat([Buffer.from('adtl'), ...all])];
}

function loops(): NamedChunk {
  const head = int32(0, 0, 20_833, 60, 0, 0, 0, 2, 0);
  return ['smpl', Buffer.concat([head, int32(0, 0, 24_000, 47_999, 0, 0), int32(1, 0, 100, 90_000, 0, 0)])];
}

function ixml(): NamedChunk {
  const times = `<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>${BROADCAST.timeReference}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>`;
  const speed = `<SPEED><FILE_SAMPLE_RATE>48000</FILE_SAMPLE_RATE>${times}</SPEED>`;
  return ['iXML', Buffer.from(`<?xml version="1.0"?><BWFXML>${speed}<SCENE>Ä 1</SCENE></BWFXML>`)];
}
