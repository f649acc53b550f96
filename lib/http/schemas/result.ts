import { z } from '@hono/zod-openapi';
import { ADAPTATIONS } from '../../audio/media/adaptations.ts';
import { RECEIPT } from '../../audio/media/receipt.ts';
import { WARNINGS } from '../../audio/media/warnings.ts';
import type { ConversionResult, FurtherResult } from '../../ports/tasks.ts';
import { MEDIA, mediaJson } from './media.ts';

const WARNING_CODES = Object.keys(WARNINGS);

const WARNING = z
  .object({
    code: z.string().openapi({ enum: WARNING_CODES, description: 'Stable identifier for programs.' }),
    message: z.string(),
    seconds: z
      .number()
      .optional()
      .openapi({ description: 'Seconds that are missing or replaced, if known.' }),
    samples: z.number().optional().openapi({ description: 'Number of samples, of all channels together.' }),
    peak: z.number().optional().openapi({ description: 'dBFS.' }),
  })
  .openapi('Warning');

export const ADAPTATION = z
  .object({
    property: z.string().openapi({ example: 'sampleRate' }),
    from: z.union([z.number(), z.string()]),
    to: z.union([z.number(), z.string()]),
    code: z
      .string()
      .optional()
      .openapi({
        enum: Object.keys(ADAPTATIONS),
        description: 'Why; a stable identifier for programs. Absent in results of earlier versions.',
      }),
    reason: z.string().openapi({ description: 'A sentence for people.' }),
  })
  .openapi('Adaptation');

export const SHOWN_RECEIPT = z.object(RECEIPT.shape).openapi('Receipt', {
  description: 'Hashes of both files and of their samples; only with the option `receipt`.',
});

export const RESULT = z
  .object({
    size: z.number().openapi({ description: 'Bytes.' }),
    media: MEDIA,
    copied: z.boolean().openapi({
      description: 'Whether the packets of the original were copied, so that nothing was encoded.',
    }),
    warnings: z
      .array(WARNING)
      .openapi({ description: 'Parts that the result lacks; docs/api.md lists the codes.' }),
    adaptations: z
      .array(ADAPTATION)
      .openapi({ description: 'Properties that the format does not support, and their replacements.' }),
    receipt: SHOWN_RECEIPT.optional(),
  })
  .openapi('Result');

/** A result in the list of all results of a task. */
export const NAMED_RESULT = z
  .object({
    number: z.int().openapi({ description: 'From 1; `/api/tasks/{id}/results/{number}` is its file.' }),
    name: z.string().openapi({ description: 'File name.', example: 'song.mp3' }),
    format: z.string().openapi({ example: 'mp3' }),
  })
  .extend(RESULT.shape)
  .openapi('NamedResult');

export function namedResultJson(result: FurtherResult, index: number): z.input<typeof NAMED_RESULT> {
  const { name, format } = result;
  return { number: index + 1, name, format, ...resultJson(result) };
}

/** A result as the API shows it, without its storage key. */
export function resultJson({
  size,
  media,
  copied,
  warnings,
  adaptations,
  receipt,
}: ConversionResult): z.input<typeof RESULT> {
  return {
    size,
    media: mediaJson(media),
    copied: copied ?? false,
    warnings: [...warnings],
    adaptations: [...adaptations],
    ...(receipt && { receipt }),
  };
}
