import { useEffect } from 'preact/hooks';
import { account, changeAccount, isGuest, logOut, readAccount, removeAccount, signsOn } from '../account.ts';
import { language, t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { go } from '../place.ts';
import { clock, day, number, size } from '../quantities.ts';
import type { TaskState } from '../task.ts';
import { NewAccountFields, PresentPassword } from './account-fields.tsx';
import { Dialog } from './dialog.tsx';
import { KeyList } from './key-list.tsx';
import { LimitList } from './limit-list.tsx';
import { PresetList } from './preset-list.tsx';
import { ProblemForm } from './problem-form.tsx';
import { SavedReceipt } from './saved-receipt.tsx';
import { TextField } from './text-field.tsx';
import { WebhookList } from './webhook-list.tsx';

/** The account: its use, its limits, its changes and its end. */
export function AccountDialog() {
  useEffect(() => {
    readAccount().catch(complain);
  }, []);
  const { value } = account;
  if (!value) return null;
  return (
    <Dialog title={isGuest.value ? t('session.guest') : value.user} kind="side" onClose={() => go('')}>
      {isGuest.value ? (
        <GuestForm />
      ) : (
        <p class="hint">
          {value.email} · {t('account.since', { date: day(value.createdAt) })}
        </p>
      )}
      <Facts />
      {value.isAdministrator && <a href="#administration">{t('admin.title')}</a>}
      {value.hasPassword && (
        <>
          <ChangeForm
            title={t('account.change.password')}
            name="newPassword"
            label={t('account.password.new')}
          />
          <ChangeForm title={t('account.change.email')} name="email" label={t('account.email.new')} />
        </>
      )}
      <LimitList />
      <PresetList />
      <KeyList />
      <SavedReceipt />
      <WebhookList />
      <details class="fold">
        <summary>{t('account.remove')}</summary>
        <Removal />
      </details>
      {!isGuest.value && !signsOn && (
        <div class="buttons">
          <button
            type="button"
            onClick={() => {
              // First, since this dialog has no user any more.
              go('');
              logOut().catch(complain);
            }}
          >
            {t('session.logOut')}
          </button>
        </div>
      )}
    </Dialog>
  );
}

/** States in the order of the list. */
const STATES: readonly TaskState[] = [
  'PROCESSED',
  'PROCESSING',
  'UPLOADED',
  'FAILED',
  'AWAITING_UPLOAD',
  'EXPIRED',
];

function Facts() {
  const { value } = account;
  if (!value) return null;
  const { tasks } = value.usage;
  const files = Object.values(tasks).reduce((sum, count) => sum + count, 0);
  const used = STATES.filter((state) => (tasks[state] ?? 0) > 0);
  const list = new Intl.ListFormat(language.value, { type: 'unit' });
  return (
    <section>
      <dl class="facts">
        <div>
          <dt>{t('account.usage')}</dt>
          <dd>{number(files)}</dd>
        </div>
        {value.group !== null && (
          <div>
            <dt>{t('account.group')}</dt>
            <dd>{value.group}</dd>
          </div>
        )}
        <div>
          <dt>{t('account.limit.upload')}</dt>
          <dd>{size(value.limits.uploadBytes)}</dd>
        </div>
        <div>
          <dt>{t('account.limit.duration')}</dt>
          <dd>{clock(value.limits.durationSeconds)}</dd>
        </div>
      </dl>
      {used.length > 0 && (
        <p class="hint">
          {list.format(used.map((state) => `${t(`tasks.state.${state}`)}: ${number(tasks[state] ?? 0)}`))}
        </p>
      )}
      {value.hasPassword && <p class="hint">{t('account.sessions')}</p>}
    </section>
  );
}

function GuestForm() {
  return (
    <ProblemForm
      submit={t('account.guest.save')}
      send={async (text) => {
        await changeAccount({ user: text('user'), email: text('email'), newPassword: text('password') });
        tell(t('account.saved'));
      }}
    >
      <p>{t('account.guest')}</p>
      <NewAccountFields />
    </ProblemForm>
  );
}

function ChangeForm({ title, name, label }: { title: string; name: 'newPassword' | 'email'; label: string }) {
  return (
    <details class="fold">
      <summary>{title}</summary>
      <ProblemForm
        submit={t('account.save')}
        send={async (text) => {
          await changeAccount({ password: text('password'), [name]: text(name) });
          tell(t('account.changed'));
        }}
      >
        <TextField
          name={name}
          type={name === 'email' ? 'email' : 'password'}
          label={label}
          autocomplete={name === 'email' ? 'email' : 'new-password'}
        />
        <PresentPassword email={account.value?.email ?? ''} />
      </ProblemForm>
    </details>
  );
}

function Removal() {
  return (
    <ProblemForm
      submit={t('account.remove')}
      isDanger
      send={async (text) => {
        await removeAccount(account.value?.hasPassword ? text('password') : undefined);
        go('');
        tell(t('account.removed'));
      }}
    >
      <p>{t('account.remove.text')}</p>
      {account.value?.hasPassword && <PresentPassword email={account.value?.email ?? ''} />}
    </ProblemForm>
  );
}
