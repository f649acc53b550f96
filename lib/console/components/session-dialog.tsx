import { useSignal } from '@preact/signals';
import { goOnAsGuest, logIn, offersGuests, signUp } from '../account.ts';
import { invitation } from '../invitation.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { session } from '../session.ts';
import { isWaiting, startWaiting, stopWaiting } from '../start.ts';
import { NewAccountFields } from './account-fields.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemForm } from './problem-form.tsx';
import { TextField } from './text-field.tsx';

/** Sign-up or log-in and, on this machine, the way without both. */
export function SessionDialog({ isNew }: { isNew: boolean }) {
  const form = isNew ? <SignUpForm /> : <LogInForm />;
  const title = isNew ? t('session.signUp') : t('session.logIn');
  return (
    <Dialog title={isNew && offersGuests ? t('session.title') : title} onClose={stopWaiting}>
      {isNew && invitation.value !== undefined && <p>{t('session.invited')}</p>}
      {session.value === 'ended' && <p>{t('session.ended')}</p>}
      {isNew && offersGuests && (
        <>
          <Guest />
          <details class="fold">
            <summary>{title}</summary>
            {form}
          </details>
        </>
      )}
      {isNew && !offersGuests && isWaiting() && <p class="hint">{t('session.signUp.text')}</p>}
      {!(isNew && offersGuests) && form}
      <a class="center" href={isNew ? '#log-in' : '#sign-up'}>
        {isNew ? t('session.have') : t('session.haveNot')}
      </a>
    </Dialog>
  );
}

function Guest() {
  const isBusy = useSignal(false);
  const begin = () => {
    isBusy.value = true;
    goOnAsGuest()
      .then(startWaiting, complain)
      .finally(() => {
        isBusy.value = false;
      });
  };
  return (
    <div class="guest">
      <button type="button" class="main wide" disabled={isBusy.value} onClick={begin}>
        {t('session.guest.title')}
      </button>
      <p class="hint">{t('session.guest.text')}</p>
    </div>
  );
}

function SignUpForm() {
  const send = async (text: (name: string) => string) => {
    await signUp(text('user'), text('email'), text('password'));
    startWaiting();
  };
  return (
    <ProblemForm submit={t('session.signUp')} send={send}>
      <NewAccountFields />
    </ProblemForm>
  );
}

function LogInForm() {
  const send = async (text: (name: string) => string) => {
    await logIn(text('email'), text('password'));
    startWaiting();
  };
  return (
    <ProblemForm submit={t('session.logIn')} unauthenticated={t('refused.logIn')} send={send}>
      <TextField name="email" type="email" label={t('session.email')} autocomplete="username" />
      <TextField
        name="password"
        type="password"
        label={t('session.password')}
        autocomplete="current-password"
      />
    </ProblemForm>
  );
}
