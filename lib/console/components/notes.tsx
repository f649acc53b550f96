import { amountOf, propertyOf } from '../adaptation-words.ts';
import { mendOfNote } from '../mends.ts';
import { known, t } from '../messages.ts';
import { clock, number } from '../quantities.ts';
import type { Result, Task } from '../task.ts';
import { MendButton } from './mend-button.tsx';

/** Notes about a result: its warnings, and the properties that its format could not keep. */
export function Notes({ task }: { task: Task }) {
  const { result } = task;
  if (!result || (result.warnings.length === 0 && result.adaptations.length === 0 && !result.copied))
    return null;
  return (
    <section>
      <h3>{t('detail.notes')}</h3>
      <ul class="notes">
        {result.copied && <li>{t('detail.copied')}</li>}
        {result.warnings.map((warning) => (
          <li key={warning.code}>
            {sentenceOf(warning)} <NoteMend task={task} code={warning.code} />
          </li>
        ))}
        {result.adaptations.map((adaptation, index) => (
          <li key={`${adaptation.property}${adaptation.from}`}>
            {t('detail.adaptation', {
              property: propertyOf(adaptation.property),
              from: amountOf(adaptation.property, adaptation.from),
              to: amountOf(adaptation.property, adaptation.to),
            })}{' '}
            <Reason adaptation={adaptation} />{' '}
            {result.adaptations.findIndex(({ code }) => code === adaptation.code) === index && (
              <NoteMend task={task} code={adaptation.code} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The button that mends a note, if something does. */
function NoteMend({ task, code }: { task: Task; code: string | undefined }) {
  const mend = mendOfNote(task, code);
  return mend ? <MendButton task={task} mend={mend} /> : null;
}

/** Why a value is another one; results of earlier versions have only the service's sentence. */
function Reason({ adaptation: { code, reason } }: { adaptation: Result['adaptations'][number] }) {
  const sentence = known(`adaptation.${code}`);
  return (
    <span class="hint" lang={sentence === undefined ? 'en' : undefined}>
      {sentence ?? reason}
    </span>
  );
}

/** A warning with its details. */
function sentenceOf({ code, message, seconds, peak }: Result['warnings'][number]): string {
  const [, encoding] = message.replace(/\.$/, '').split('Encoding: ');
  const parts = [
    known(`warning.${code}`) ?? message,
    encoding !== undefined && t('warning.encoding', { encoding }),
    peak !== undefined && t('warning.peak', { decibels: number(peak, 1) }),
    seconds !== undefined && t('warning.seconds', { duration: clock(seconds) }),
  ];
  return parts.filter(Boolean).join(' ');
}
