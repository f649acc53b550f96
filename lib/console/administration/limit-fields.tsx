import type { GroupLimits } from '../../client/index.ts';
import { Field } from '../components/field.tsx';
import { known, t } from '../messages.ts';
import { NUMBERS, shownLimit } from './limits.ts';

/** The fields of all limits that a group or a user can have. */
export function LimitFields({ value = {} }: { value?: GroupLimits }) {
  return (
    <>
      <p class="hint">{t('admin.limits.text')}</p>
      <div class="fields">
        {NUMBERS.map(({ name, factor, least }) => (
          <Field key={name} label={t(`admin.limit.${name}`)}>
            {(attributes) => (
              <input
                {...attributes}
                type="number"
                name={name}
                min={least / factor}
                step="any"
                defaultValue={shownLimit(value, name)}
              />
            )}
          </Field>
        ))}
      </div>
      <Field label={t('admin.limit.formats')} hint={t('admin.limit.formats.hint')}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            name="formats"
            autocomplete="off"
            defaultValue={shownLimit(value, 'formats')}
          />
        )}
      </Field>
    </>
  );
}

/** Limits in a line; nothing without one. */
export function LimitSummary({ value }: { value: GroupLimits }) {
  const names = [...NUMBERS.map(({ name }) => name), 'formats' as const];
  const shown = names.map((name) => [known(`admin.limit.${name}`), shownLimit(value, name)] as const);
  const parts = shown.filter(([, text]) => text !== '').map(([name, text]) => `${name}: ${text}`);
  return parts.length === 0 ? null : <p class="hint">{parts.join(' · ')}</p>;
}
