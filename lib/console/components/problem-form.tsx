import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { TonemillError } from '../../client/index.ts';
import { reasonOf } from '../notices.ts';
import type { ServiceSentence } from '../service-sentences.ts';
import { ServiceDetails } from './service-details.tsx';

interface ProblemFormProps {
  submit: string;
  isDanger?: boolean;
  /** Sentence for a log-in that fails. */
  unauthenticated?: string;
  /** Receives the texts of the inputs by their names, and all values of one name. */
  send: (text: (name: string) => string, all: (name: string) => string[]) => Promise<void>;
  children: ComponentChildren;
}

/** A form that is sent once at a time, and shows why the service refused it. */
export function ProblemForm({ submit, isDanger, unauthenticated, send, children }: ProblemFormProps) {
  const problem = useSignal<ServiceSentence | undefined>(undefined);
  const isBusy = useSignal(false);
  const attempt = async (form: HTMLFormElement) => {
    const entries = new FormData(form);
    problem.value = undefined;
    isBusy.value = true;
    try {
      const all = (name: string) => entries.getAll(name).map(String);
      await send((name) => all(name)[0] ?? '', all);
      form.reset();
    } catch (error) {
      const isLogIn = error instanceof TonemillError && error.code === 'unauthenticated';
      problem.value = isLogIn && unauthenticated ? { text: unauthenticated } : reasonOf(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(event.currentTarget);
      }}
    >
      {children}
      <p class="hint error" role="alert">
        {problem.value?.text}
      </p>
      <ServiceDetails details={problem.value?.details} />
      <div class="buttons">
        <button type="submit" class={isDanger ? 'danger' : 'main'} disabled={isBusy.value}>
          {submit}
        </button>
      </div>
    </form>
  );
}
