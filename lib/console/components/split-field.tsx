import { t } from '../messages.ts';
import { clock } from '../quantities.ts';
import {
  base64Of,
  bytesOfFit,
  firstOf,
  SPLIT_WAYS,
  type Split,
  type SplitWay,
  secondsIn,
  splitOf,
  wayOf,
} from '../split.ts';
import { DraftInput } from './draft-input.tsx';
import { Field } from './field.tsx';

interface SplitFieldProps {
  value: unknown;
  onChange: (value: unknown) => void;
}

/** A way to split an original into parts, with what it needs to know. */
export function SplitField({ value, onChange }: SplitFieldProps) {
  const split = splitOf(value);
  const way = wayOf(split);
  return (
    <>
      <Field label={t('option.split')} hint={t('hint.split')}>
        {(attributes) => (
          <select
            {...attributes}
            value={way ?? ''}
            onChange={({ currentTarget }) => {
              const chosen = SPLIT_WAYS.find((each) => each === currentTarget.value);
              onChange(chosen && firstOf(chosen, split.name));
            }}
          >
            <option value="">{t('wanted.default')}</option>
            {SPLIT_WAYS.map((each) => (
              <option key={each} value={each}>
                {t(`split.${each}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {way && <WayField way={way} split={split} onChange={onChange} />}
      {way && <NameField split={split} onChange={onChange} />}
    </>
  );
}

interface PartProps {
  split: Split;
  onChange: (value: unknown) => void;
}

function WayField({ way, split, onChange }: PartProps & { way: SplitWay }) {
  if (way === 'cue') return <SheetField split={split} onChange={onChange} />;
  if (way === 'at') return <TimesField split={split} onChange={onChange} />;
  if (way === 'fit') return <LimitField split={split} onChange={onChange} />;
  if (way !== 'every' && way !== 'maxBytes') return null;
  const unit = way === 'every' ? 1 : 1_000_000;
  return (
    <Field label={t(`option.split.${way}`)} hint={t(`split.hint.${way}`)}>
      {(attributes) => (
        <DraftInput
          {...attributes}
          text={String(Number(split[way]) / unit)}
          numeric={{ min: way === 'every' ? 0.1 : 0.01, max: undefined, step: 'any' }}
          onEntered={(text) => {
            const entered = Number(text) * unit;
            if (entered > 0) onChange({ ...split, [way]: way === 'every' ? entered : Math.round(entered) });
          }}
        />
      )}
    </Field>
  );
}

const MEGABYTE = 1_000_000;

function LimitField({ split, onChange }: PartProps) {
  const bytes = bytesOfFit(split.fit);
  return (
    <Field label={t('option.split.fit')} hint={t('split.hint.fit')}>
      {(attributes) => (
        <DraftInput
          {...attributes}
          text={bytes === undefined ? String(split.fit) : String(bytes / MEGABYTE)}
          numeric={{ min: 0.001, max: undefined, step: 'any' }}
          onEntered={(text) => {
            const maxBytes = Math.round(Number(text) * MEGABYTE);
            if (maxBytes > 0) onChange({ ...split, fit: { maxBytes } });
          }}
        />
      )}
    </Field>
  );
}

/** Times as clocks, with commas between. */
function TimesField({ split, onChange }: PartProps) {
  const times = split.at ?? [];
  return (
    <Field label={t('option.split.at')} hint={t('split.hint.at')}>
      {(attributes) => (
        <DraftInput
          {...attributes}
          text={times.map((time) => clock(time, Number.isInteger(time) ? 0 : 3)).join('; ')}
          onEntered={(text) => onChange({ ...split, at: secondsIn(text) })}
        />
      )}
    </Field>
  );
}

/** The bytes of a sheet go to the service, which knows its encodings. */
function SheetField({ split, onChange }: PartProps) {
  const isChosen = typeof split.cue === 'object' || (typeof split.cue === 'string' && split.cue !== '');
  return (
    <Field label={t('option.split.cue')} hint={isChosen ? t('split.hint.cue.chosen') : t('split.hint.cue')}>
      {(attributes) => (
        <input
          {...attributes}
          type="file"
          accept=".cue,text/plain"
          onChange={async ({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file) onChange({ ...split, cue: { base64: await base64Of(file) } });
          }}
        />
      )}
    </Field>
  );
}

function NameField({ split, onChange }: PartProps) {
  return (
    <Field label={t('option.split.name')} hint={t('split.hint.name')}>
      {(attributes) => (
        <DraftInput
          {...attributes}
          text={split.name ?? ''}
          maxLength={200}
          placeholder={t('wanted.default')}
          onEntered={(text) => {
            const { name: _, ...others } = split;
            onChange(text.trim() === '' ? others : { ...others, name: text.trim() });
          }}
        />
      )}
    </Field>
  );
}
