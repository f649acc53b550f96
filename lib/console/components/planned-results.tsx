import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { amountOf, propertyOf } from '../adaptation-words.ts';
import { t } from '../messages.ts';
import { type PlannedSum, type PlanRequest, planAll } from '../plans.ts';
import { number, size } from '../quantities.ts';
import { session } from '../session.ts';
import { ServiceDetails } from './service-details.tsx';

interface PlannedResultsProps {
  /** Empty: there is nothing to plan. */
  requests: readonly PlanRequest[];
  /** Number of results that are wanted, also those that cannot be planned. */
  wanted: number;
  /** Changes when an original or an output is another one. */
  of: string;
}

/** Milliseconds without a change of the options after which the service is asked. */
const PAUSE = 400;

/** Size, work and losses of results before the conversion; follows the options while they change. */
export function PlannedResults({ requests, wanted, of }: PlannedResultsProps) {
  const planned = useSignal<PlannedSum | undefined>(undefined);
  const isOpen = session.value === 'open';
  useEffect(() => {
    if (requests.length === 0 || !isOpen) return;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      planAll(requests, ending.signal).then(
        (sum) => {
          planned.value = sum;
        },
        // Only another choice ends it.
        () => undefined,
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [of, isOpen]);
  return (
    <output class="hint" aria-live="polite">
      {requests.length > 0 && planned.value && <PlanText sum={planned.value} wanted={wanted} />}
    </output>
  );
}

function PlanText({ sum, wanted }: { sum: PlannedSum; wanted: number }) {
  const { bytes, work, copied, count, parts: files, adaptations, refusal } = sum;
  const parts = [
    ...(bytes ? [t(bytes.exact ? 'plan.exact' : 'plan.about', { size: size(bytes.likely) })] : []),
    ...(copied ? [t('plan.copied')] : []),
    ...(files > count ? [t('plan.parts', { count: number(files) })] : []),
    ...(work === undefined ? [] : [t('plan.work', { seconds: number(work, 1) })]),
  ];
  const title = wanted === 1 ? t('plan.title') : t('plan.title.several', { count, wanted });
  return (
    <>
      {parts.length > 0 && `${title}: ${parts.join(' · ')}`}
      <ul>
        {adaptations.map(({ property, to }) => (
          <li key={`${property} ${to}`}>
            {t('plan.adapted', { property: propertyOf(property), to: amountOf(property, to) })}
          </li>
        ))}
      </ul>
      {refusal && (
        <>
          <p class="error">{refusal.text}</p>
          <ServiceDetails details={refusal.details} />
        </>
      )}
    </>
  );
}
