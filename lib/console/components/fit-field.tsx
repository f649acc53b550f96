import type { Schema } from '../formats.ts';
import { known, t } from '../messages.ts';
import { DraftInput } from './draft-input.tsx';
import { Field } from './field.tsx';
import { OptionField } from './option-field.tsx';

interface FitFieldProps {
  /** One of an object with `maxBytes` and `sound`, or of names. */
  schema: Schema;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** Value of the choice of a limit of one's own; no name of a limit has a space. */
const OWN = 'own limit';

const MEGABYTE = 1_000_000;

/** Limit at first, in bytes. */
const FIRST = 10 * MEGABYTE;

/** A limit of the size of a result: a named one, or one of one's own in megabytes. */
export function FitField({ schema, value, onChange }: FitFieldProps) {
  const names = schema.anyOf?.find((kind) => kind.enum)?.enum?.map(String) ?? [];
  const own = partsOf(value);
  return (
    <>
      <Field label={t('option.fit')} hint={t('hint.fit')}>
        {(attributes) => (
          <select
            {...attributes}
            value={own ? OWN : String(value ?? '')}
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.value;
              onChange(chosen === OWN ? { maxBytes: FIRST } : chosen || undefined);
            }}
          >
            <option value="">{t('wanted.default')}</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {known(`value.${name}`) ?? name}
              </option>
            ))}
            <option value={OWN}>{t('fit.own')}</option>
          </select>
        )}
      </Field>
      {own && <OwnLimit schema={schema} own={own} onChange={onChange} />}
    </>
  );
}

type Parts = Readonly<Record<string, unknown>>;

function OwnLimit({ schema, own, onChange }: Omit<FitFieldProps, 'value'> & { own: Parts }) {
  const parts = schema.anyOf?.find((kind) => kind.properties)?.properties ?? {};
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = parts.maxBytes ?? {};
  const { maxBytes, sound, ...others } = own;
  return (
    <>
      <Field label={t('option.fit.maxBytes')} hint={t('hint.fit.maxBytes')}>
        {(attributes) => (
          <DraftInput
            {...attributes}
            text={String(Number(maxBytes) / MEGABYTE)}
            numeric={{ min: minimum / MEGABYTE, max: maximum / MEGABYTE, step: 'any' }}
            onEntered={(text) => {
              const bytes = Math.round(Number(text) * MEGABYTE);
              onChange(text.trim() === '' ? undefined : { ...own, maxBytes: bytes });
            }}
          />
        )}
      </Field>
      {parts.sound && (
        <OptionField
          name="fit.sound"
          schema={withChoices(parts.sound)}
          value={sound}
          isExplained
          onChange={(chosen) =>
            onChange({ ...others, maxBytes, ...(chosen !== undefined && { sound: chosen }) })
          }
        />
      )}
    </>
  );
}

/** A schema of one value as one of a list. */
function withChoices(schema: Schema): Schema {
  return schema.const === undefined ? schema : { ...schema, enum: [schema.const] };
}

function partsOf(value: unknown): Parts | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
