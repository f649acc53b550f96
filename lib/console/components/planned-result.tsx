import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Schemas } from '../../client/api.ts';
import type { PlannedOriginal } from '../../client/media.ts';
import { outputOf } from '../../client/requested-output.ts';
import { t } from '../messages.ts';
import { number, size } from '../quantities.ts';
import { service } from '../service.ts';
import { session } from '../session.ts';
import type { Wanted } from '../wanted.ts';

interface PlannedResultProps {
  /** A short file, or a task; undefined: there is nothing to plan. */
  original: PlannedOriginal | undefined;
  /** Changes when the original is another one. */
  of: string | number;
  wanted: Wanted;
}

/** Milliseconds without a change of the options after which the service is asked. */
const PAUSE = 400;

/** Size, work and losses of a result before the conversion; follows the options while they change. */
export function PlannedResult({ original, of, wanted: { format, options } }: PlannedResultProps) {
  const plan = useSignal<Schemas['Plan'] | undefined>(undefined);
  const isOpen = session.value === 'open';
  useEffect(() => {
    if (!original || !isOpen) return;
    const ending = new AbortController();
    const timer = setTimeout(async () => {
      try {
        plan.value = await service.plan(original, outputOf(format, options), { signal: ending.signal });
      } catch {
        // The conversion itself tells why it is refused.
        if (!ending.signal.aborted) plan.value = undefined;
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [of, format, JSON.stringify(options), isOpen]);
  return (
    <output class="hint" aria-live="polite">
      {original && plan.value && <PlanText plan={plan.value} />}
    </output>
  );
}

function PlanText({ plan: { bytes, work, copied, adaptations } }: { plan: Schemas['Plan'] }) {
  const parts = [
    ...(bytes ? [t(bytes.exact ? 'plan.exact' : 'plan.about', { size: size(bytes.likely) })] : []),
    ...(copied ? [t('plan.copied')] : []),
    ...(work === null ? [] : [t('plan.work', { seconds: number(work, 1) })]),
  ];
  return (
    <>
      {t('plan.title')}: {parts.join(' · ')}
      <ul>
        {adaptations.map(({ property, to }) => (
          <li key={property}>{t('plan.adapted', { property, to })}</li>
        ))}
      </ul>
    </>
  );
}
