import { known, t } from '../messages.ts';
import { bitrate, clock, hertz, number } from '../quantities.ts';
import type { Result, Task } from '../task.ts';

/** Notes about a result: its warnings, and the properties that its format could not keep. */
export function Notes({ task: { result } }: { task: Task }) {
  if (!result || (result.warnings.length === 0 && result.adaptations.length === 0 && !result.copied))
    return null;
  return (
    <section>
      <h3>{t('detail.notes')}</h3>
      <ul class="notes">
        {result.copied && <li>{t('detail.copied')}</li>}
        {result.warnings.map((warning) => (
          <li key={warning.code}>{sentenceOf(warning)}</li>
        ))}
        {result.adaptations.map((adaptation) => (
          <li key={`${adaptation.property}${adaptation.from}`}>
            {t('detail.adaptation', {
              property: propertyOf(adaptation.property),
              from: amount(adaptation.property, adaptation.from),
              to: amount(adaptation.property, adaptation.to),
            })}{' '}
            <Reason adaptation={adaptation} />
          </li>
        ))}
      </ul>
    </section>
  );
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

function propertyOf(name: string): string {
  const tag = /^tags\.(.+)$/.exec(name)?.[1];
  if (tag !== undefined) return t('property.tag', { name: tag });
  return known(`property.${name}`) ?? known(`option.${name}`) ?? name;
}

/** A value of an adaptation with the unit of its property. */
function amount(property: string, value: string | number): string {
  if (typeof value === 'string') return known(`value.${value}`) ?? value;
  if (property === 'sampleRate') return hertz(value);
  return property === 'bitrate' ? bitrate(value) : number(value, 2);
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
