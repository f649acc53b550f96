import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { copyText } from '../copy.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { EVENTS, makeWebhook, readWebhooks, webhooks } from '../webhooks.ts';
import { ProblemForm } from './problem-form.tsx';
import { TextField } from './text-field.tsx';
import { WebhookItem } from './webhook-item.tsx';

/** Events that are chosen at first. */
const USUAL: readonly string[] = ['task.processed', 'task.failed'];

/** The webhooks of the user; the secret of a new one is shown once. */
export function WebhookList() {
  const secret = useSignal('');
  useEffect(() => {
    readWebhooks().catch(complain);
  }, []);
  const show = (text: string) => {
    secret.value = text;
  };
  return (
    <details class="fold">
      <summary>{t('webhooks.title')}</summary>
      <p class="hint">{t('webhooks.text')}</p>
      {webhooks.value.length === 0 && <p class="empty">{t('webhooks.none')}</p>}
      <ul class="webhooks">
        {webhooks.value.map((webhook) => (
          <WebhookItem key={webhook.id} value={webhook} showSecret={show} />
        ))}
      </ul>
      {secret.value !== '' && <Secret text={secret.value} />}
      <ProblemForm
        submit={t('webhooks.make')}
        send={async (text, all) => show(await makeWebhook(text('url'), all('events')))}
      >
        <TextField name="url" label={t('webhooks.url')} hint={t('webhooks.url.hint')} />
        <fieldset class="checks">
          <legend>{t('webhooks.events')}</legend>
          {EVENTS.map((event) => (
            <label key={event}>
              <input type="checkbox" name="events" value={event} defaultChecked={USUAL.includes(event)} />
              {t(`webhooks.event.${event}`)}
            </label>
          ))}
        </fieldset>
      </ProblemForm>
    </details>
  );
}

function Secret({ text }: { text: string }) {
  const copy = () => copyText(text).then(() => tell(t('keys.copied')), complain);
  return (
    <div class="note">
      <p>{t('webhooks.secret')}</p>
      <code>{text}</code>
      <button type="button" onClick={copy}>
        {t('keys.copy')}
      </button>
    </div>
  );
}
