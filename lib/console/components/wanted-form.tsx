import { formats, optionsOf, type Schema } from '../formats.ts';
import { counted, known, t } from '../messages.ts';
import { meaningOf } from '../option-words.ts';
import { inFormat, type Wanted, withOption } from '../wanted.ts';
import { Field } from './field.tsx';
import { FitField } from './fit-field.tsx';
import { OptionField } from './option-field.tsx';
import { SplitField } from './split-field.tsx';

/** Options in sight, in this order; the others are folded. */
const USUAL: readonly string[] = ['preset', 'bitrate', 'bitDepth', 'sampleRate', 'channels'];

interface WantedFormProps {
  title: string;
  value: Wanted;
  /** Options that have no field here. */
  without?: readonly string[];
  onChange: (value: Wanted) => void;
}

/** Format and options of a conversion, as the service describes them. */
export function WantedForm({ title, value, without = [], onChange }: WantedFormProps) {
  const options = optionsOf(value.format).filter(([name]) => !without.includes(name));
  const rare = options.filter(([name]) => !USUAL.includes(name));
  const set = rare.filter(([name]) => Object.hasOwn(value.options, name)).length;
  const fieldOf =
    (isExplained: boolean) =>
    ([name, schema]: [string, Schema]) =>
      fieldsOf(name, schema, isExplained, { value, onChange });
  return (
    <fieldset class="wanted">
      <legend>{title}</legend>
      <div class="fields">
        <Field label={t('wanted.format')}>
          {(attributes) => (
            <select
              {...attributes}
              value={value.format}
              onChange={({ currentTarget }) => onChange(inFormat(value, currentTarget.value))}
            >
              <FormatOptions chosen={value.format} />
            </select>
          )}
        </Field>
        {USUAL.flatMap((usual) => options.filter(([name]) => name === usual)).flatMap(fieldOf(false))}
      </div>
      {/* A browser shows no fault of an input that is folded away. */}
      <details
        onInvalidCapture={({ currentTarget }) => {
          currentTarget.open = true;
        }}
      >
        <summary>
          {t('wanted.more')}
          {set > 0 && <span class="badge">{counted('wanted.set', set)}</span>}
        </summary>
        <div class="fields explained">{rare.flatMap(fieldOf(true))}</div>
      </details>
      {/* It keeps its place, so that no button moves away under a finger when an option is entered. */}
      <button
        type="button"
        class="link"
        disabled={Object.keys(value.options).length === 0}
        onClick={() => onChange({ ...value, options: {} })}
      >
        {t('wanted.reset')}
      </button>
    </fieldset>
  );
}

/** The formats of the service, for a list of choices; only the chosen one until the service has answered. */
export function FormatOptions({ chosen }: { chosen?: string | undefined }) {
  const names = formats.value?.formats.map(({ name }) => name) ?? (chosen ? [chosen] : []);
  return (
    <>
      {names.map((name) => (
        <option key={name} value={name}>
          {name.toUpperCase()}
        </option>
      ))}
    </>
  );
}

/** One field, or one for each part of an object. */
function fieldsOf(
  name: string,
  schema: Schema,
  isExplained: boolean,
  { value, onChange }: Omit<WantedFormProps, 'title'>,
) {
  const set = (entered: unknown) => onChange(withOption(value, name, entered));
  if (name === 'fit')
    return [<FitField key={name} schema={schema} value={value.options[name]} onChange={set} />];
  if (name === 'split') return [<SplitField key={name} value={value.options[name]} onChange={set} />];
  if (!schema.properties)
    return [
      <OptionField
        key={name}
        name={name}
        schema={schema}
        value={value.options[name]}
        isExplained={isExplained}
        onChange={set}
      />,
    ];
  const parts = partsOf(value.options[name]);
  const own = Object.entries(schema.properties).filter(([part]) => !OF_BATCHES.has(part));
  const isOptional = !schema.required?.length;
  const isSet = Object.hasOwn(value.options, name);
  const fields = own.map(([part, inner]) => (
    <OptionField
      key={`${name}.${part}`}
      name={`${name}.${part}`}
      schema={inner}
      value={parts[part]}
      isExplained={isExplained}
      onChange={(entered) => {
        const { [part]: _, ...others } = parts;
        const changed = entered === undefined ? others : { ...others, [part]: entered };
        set(isOptional || Object.keys(changed).length > 0 ? changed : undefined);
      }}
    />
  ));
  if (!isOptional) return fields;
  const chosen = (
    <SwitchField
      key={name}
      name={name}
      schema={schema}
      isSet={isSet}
      onChange={(on) => set(on ? {} : undefined)}
    />
  );
  return [chosen, ...(isSet ? fields : [])];
}

interface SwitchFieldProps {
  name: string;
  schema: Schema;
  isSet: boolean;
  onChange: (isSet: boolean) => void;
}

/** Turns an option on whose parts may all be left to the service. */
function SwitchField({ name, schema, isSet, onChange }: SwitchFieldProps) {
  return (
    <Field label={known(`option.${name}`) ?? name} hint={meaningOf(name, schema)?.text}>
      {(attributes) => (
        <select
          {...attributes}
          value={isSet ? 'yes' : ''}
          onChange={({ currentTarget }) => onChange(currentTarget.value === 'yes')}
        >
          <option value="">{t('wanted.default')}</option>
          <option value="yes">{t('value.yes')}</option>
        </select>
      )}
    </Field>
  );
}

/** Parts of options that only tasks of a batch have; a file of the console belongs to none. */
const OF_BATCHES: ReadonlySet<string> = new Set(['scope']);

function partsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
