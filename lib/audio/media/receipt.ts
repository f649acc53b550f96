import { createHash } from 'node:crypto';
import { z } from 'zod';

const DIGEST = 'expected a hexadecimal hash, as the receipt has it';
const md5 = z.string(DIGEST).regex(/^[0-9a-f]{32}$/, DIGEST);
const sha256 = z.string(DIGEST).regex(/^[0-9a-f]{64}$/, DIGEST);
const number = z.number('expected a number');

/** Forms in which decoded samples are hashed: little-endian, channels interleaved. */
export const SAMPLE_FORMS = ['pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le'] as const;

export type SampleForm = (typeof SAMPLE_FORMS)[number];

const FILE = z.object({
  sha256,
  /** Bytes. */
  size: number,
  /** MD5 of the decoded samples. */
  md5,
});

const LOUDNESS = z.object({ integrated: number, truePeak: number, range: number });

const PROGRAMS = z.object({ ffmpeg: z.string().max(200), ffprobe: z.string().max(200) });

const BODY = z.object({
  /** Version of this form. */
  version: z.literal(1, 'expected version 1'),
  original: FILE,
  result: FILE,
  /** Form in which the samples of both are hashed: the widest depth that both have. */
  compared: z.enum(SAMPLE_FORMS, `expected one of ${SAMPLE_FORMS.join(', ')}`),
  /** Whether the samples of both are the same. */
  verified: z.boolean('expected true or false'),
  /** Of the delivered bytes; null if it was not asked for, or if there is too little sound. */
  loudness: LOUDNESS.nullable(),
  programs: PROGRAMS,
  /** The request that makes the same bytes of the same original again, with the same programs. */
  plan: z.object({ format: z.string().max(100), options: z.record(z.string(), z.unknown()) }),
});

/** A receipt without the hash of itself. */
export type ReceiptBody = z.output<typeof BODY>;

/** What was made of what, and by what; the last member finds a changed digit. */
export const RECEIPT = BODY.extend({ digest: sha256 });

export type Receipt = z.output<typeof RECEIPT>;

/** Adds the hash of a receipt. It finds damage, not forgery: anybody can compute it. */
export function sealed(body: ReceiptBody): Receipt {
  return { ...body, digest: digestOf(body) };
}

/** Whether no member of a receipt has changed. */
export function isIntact({ digest, ...body }: Receipt): boolean {
  return digestOf(body) === digest;
}

function digestOf(body: ReceiptBody): string {
  return createHash('sha256').update(canonical(body)).digest('hex');
}

/** JSON with the members of each object in the order of their names: databases and programs keep no other. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`);
  return `{${members.join()}}`;
}
