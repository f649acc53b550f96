import { useEffect } from 'preact/hooks';
import { type GroupLimits, groups, makeGroup, readGroups, removeGroup } from '../administration.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { Field } from './field.tsx';
import { Icon } from './icon.tsx';
import { ProblemForm } from './problem-form.tsx';
import { TextField } from './text-field.tsx';

/** Limits that the form has, with the factor from what a person writes to what the API takes. */
const LIMITS = {
  uploadBytes: 1_000_000,
  durationSeconds: 60,
  audioMinutes: 1,
  storedBytes: 1_000_000_000,
  requests: 1,
} as const satisfies Partial<Record<keyof GroupLimits, number>>;

const NAMES = ['uploadBytes', 'durationSeconds', 'audioMinutes', 'storedBytes', 'requests'] as const;

/** Groups with limits of their own. */
export function GroupList() {
  useEffect(() => {
    readGroups().catch(complain);
  }, []);
  return (
    <details class="fold">
      <summary>{t('admin.groups')}</summary>
      <p class="hint">{t('admin.groups.text')}</p>
      <ul class="keys">
        {groups.value.map(({ id, name, users }) => (
          <li key={id}>
            <span class="file-name">{name}</span>
            <span class="hint">{counted('admin.members', users)}</span>
            <button
              type="button"
              class="quiet square"
              aria-label={t('admin.group.remove', { name })}
              onClick={() => removeGroup(id).catch(complain)}
            >
              <Icon name="delete" />
            </button>
          </li>
        ))}
      </ul>
      <ProblemForm submit={t('admin.group.make')} send={(text) => makeGroup(text('name'), limitsOf(text))}>
        <TextField name="name" label={t('admin.group.name')} />
        {NAMES.map((name) => (
          <Field key={name} label={t(`admin.limit.${name}`)}>
            {(attributes) => <input {...attributes} type="number" name={name} min="0" step="any" />}
          </Field>
        ))}
        <Field label={t('admin.limit.formats')} hint={t('admin.limit.formats.hint')}>
          {(attributes) => <input {...attributes} type="text" name="formats" autocomplete="off" />}
        </Field>
      </ProblemForm>
    </details>
  );
}

/** Fields that are left empty are inherited. */
function limitsOf(text: (name: string) => string): GroupLimits {
  const formats = text('formats')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const limits: GroupLimits = formats ? { formats: [...formats] } : {};
  for (const name of NAMES)
    if (text(name) !== '') limits[name] = Math.round(Number(text(name)) * LIMITS[name]);
  return limits;
}
