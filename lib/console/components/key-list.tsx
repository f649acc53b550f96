import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { copyText } from '../copy.ts';
import { type Key, listKeys, makeKey, possibleScopes, removeKey } from '../keys.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { moment } from '../quantities.ts';
import { Icon } from './icon.tsx';
import { ProblemForm } from './problem-form.tsx';
import { TextField } from './text-field.tsx';

/** The API keys of the user; a new one is shown once. */
export function KeyList() {
  const keys = useSignal<readonly Key[]>([]);
  const made = useSignal('');
  const read = async () => {
    keys.value = await listKeys();
  };
  useEffect(() => {
    listKeys().then((found) => {
      keys.value = found;
    }, complain);
  }, [keys]);
  return (
    <details class="fold">
      <summary>{t('keys.title')}</summary>
      <p class="hint">{t('keys.text')}</p>
      {keys.value.length === 0 && <p class="empty">{t('keys.none')}</p>}
      <ul class="keys">
        {keys.value.map((key) => (
          <KeyRow key={key.id} value={key} remove={() => removeKey(key.id).then(read).catch(complain)} />
        ))}
      </ul>
      {made.value !== '' && <NewKey text={made.value} />}
      <ProblemForm
        submit={t('keys.make')}
        send={async (text, all) => {
          made.value = await makeKey(text('name'), all('scopes'));
          await read();
        }}
      >
        <TextField name="name" label={t('keys.name')} />
        <fieldset class="checks">
          <legend>{t('keys.scopes')}</legend>
          {possibleScopes().map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                name="scopes"
                value={scope}
                defaultChecked={scope.startsWith('tasks:')}
              />
              {t(`keys.scope.${scope}`)}
            </label>
          ))}
        </fieldset>
      </ProblemForm>
    </details>
  );
}

function KeyRow({ value: { name, lastUsedAt }, remove }: { value: Key; remove: () => void }) {
  return (
    <li>
      <span class="file-name">{name}</span>
      <span class="hint">
        {lastUsedAt === null ? t('keys.unused') : t('keys.used', { date: moment(lastUsedAt) })}
      </span>
      <button type="button" class="quiet square" aria-label={t('keys.remove', { name })} onClick={remove}>
        <Icon name="delete" />
      </button>
    </li>
  );
}

function NewKey({ text }: { text: string }) {
  const copy = () => copyText(text).then(() => tell(t('keys.copied')), complain);
  return (
    <div class="note">
      <p>{t('keys.made')}</p>
      <code>{text}</code>
      <button type="button" onClick={copy}>
        {t('keys.copy')}
      </button>
    </div>
  );
}
