import type { Schema } from '../formats.ts';
import { known, t } from '../messages.ts';
import { meaningOf } from '../option-words.ts';
import { bitrate, hertz } from '../quantities.ts';
import { DraftInput } from './draft-input.tsx';
import { Field, type FieldAttributes } from './field.tsx';

interface OptionFieldProps {
  /** Dotted for a part of an object: `loudness.target`. */
  name: string;
  schema: Schema;
  value: unknown;
  /** Whether the meaning of the option stands below its input. */
  isExplained?: boolean;
  onChange: (value: unknown) => void;
}

/** An input for one option, by its JSON Schema. An empty input leaves the option to the service. */
export function OptionField({ name, schema, value, isExplained = false, onChange }: OptionFieldProps) {
  const label = known(`option.${name}`) ?? name;
  const choices = choicesOf(name, schema);
  return (
    <Field
      label={label}
      hint={isExplained ? (known(`hint.${name}`) ?? meaningOf(name, schema)?.text) : undefined}
    >
      {(attributes) =>
        choices ? (
          <Choice {...{ attributes, choices, value, onChange }} />
        ) : (
          <Entry {...{ attributes, schema, value, onChange }} />
        )
      }
    </Field>
  );
}

interface InputProps {
  attributes: FieldAttributes;
  value: unknown;
  onChange: (value: unknown) => void;
}

type Choices = readonly (readonly [value: string | number, label: string])[];

function Choice({ attributes, choices, value, onChange }: InputProps & { choices: Choices }) {
  return (
    <select
      {...attributes}
      value={value === undefined ? '' : String(value)}
      onChange={({ currentTarget }) =>
        onChange(choices.find(([each]) => String(each) === currentTarget.value)?.[0])
      }
    >
      <option value="">{t('wanted.default')}</option>
      {choices.map(([each, label]) => (
        <option key={each} value={each}>
          {label}
        </option>
      ))}
    </select>
  );
}

function Entry({ attributes, schema, value, onChange }: InputProps & { schema: Schema }) {
  const shared = {
    ...attributes,
    placeholder: t('wanted.default'),
    text: value === undefined ? '' : String(value),
    onEntered: (text: string) => onChange(entered(text.trim(), schema)),
  };
  if (schema.type !== 'number' && schema.type !== 'integer') return <DraftInput {...shared} />;
  const step = schema.type === 'integer' ? 1 : 'any';
  return <DraftInput {...shared} numeric={{ min: schema.minimum, max: schema.maximum, step }} />;
}

/** The value of a text: a number where the schema takes one and the text is one. */
function entered(text: string, schema: Schema): unknown {
  if (text === '') return undefined;
  const kinds = [schema, ...(schema.anyOf ?? [])].map(({ type }) => type);
  const takesNumber = kinds.includes('number') || kinds.includes('integer');
  return takesNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Usual values of numbers that are awkward to type. */
const USUAL: Readonly<Record<'bitrate' | 'sampleRate' | 'channels', readonly number[]>> = {
  bitrate: [32, 48, 64, 96, 128, 160, 192, 256, 320, 448, 640].map((kilobits) => kilobits * 1000),
  sampleRate: [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000],
  channels: [1, 2, 6, 8],
};

function choicesOf(name: string, schema: Schema): Choices | undefined {
  const takesNumber = schema.anyOf?.some(({ type }) => type === 'number') === true;
  const listed = schema.enum ?? (takesNumber ? undefined : schema.anyOf?.find((kind) => kind.enum)?.enum);
  // A file of the console belongs to no batch, whose tasks are the album.
  if (listed)
    return listed
      .filter((value) => value !== 'album')
      .map((value) => [value, known(`value.${value}`) ?? String(value)]);
  const { minimum = 0, maximum = Number.POSITIVE_INFINITY } = schema;
  const within = (value: number) => value >= minimum && value <= maximum;
  if (name === 'bitrate') return USUAL.bitrate.filter(within).map((rate) => [rate, bitrate(rate)]);
  if (name === 'sampleRate') return USUAL.sampleRate.filter(within).map((rate) => [rate, hertz(rate)]);
  if (name === 'channels') return USUAL.channels.filter(within).map((count) => [count, channels(count)]);
  return undefined;
}

/** Number of channels in words. */
export function channels(count: number): string {
  if (count === 1) return t('value.mono');
  if (count === 2) return t('value.stereo');
  if (count === 6) return '5.1';
  return count === 8 ? '7.1' : String(count);
}
