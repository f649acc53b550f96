import { t } from '../messages.ts';
import { MOST_OUTPUTS } from '../most-outputs.ts';
import { anotherOutput } from '../outputs.ts';
import type { Wanted } from '../wanted.ts';
import { WantedForm } from './wanted-form.tsx';

interface FurtherOutputsProps {
  /** The output that is there already. */
  first: Wanted;
  value: readonly Wanted[];
  without?: readonly string[];
  onChange: (value: readonly Wanted[]) => void;
}

/** Formats that the same original becomes as well, each with options of its own. */
export function FurtherOutputs({ first, value, without, onChange }: FurtherOutputsProps) {
  return (
    <>
      {value.map((output, index) => (
        <div key={index} class="further">
          <WantedForm
            title={t('further.title', { number: index + 2 })}
            value={output}
            {...(without && { without })}
            onChange={(changed) => onChange(value.with(index, changed))}
          />
          <button
            type="button"
            class="link"
            aria-label={t('further.remove.of', { format: output.format.toUpperCase(), number: index + 2 })}
            onClick={() => onChange(value.toSpliced(index, 1))}
          >
            {t('further.remove')}
          </button>
        </div>
      ))}
      {value.length + 1 < MOST_OUTPUTS && (
        <button
          type="button"
          class="link"
          onClick={() => onChange([...value, anotherOutput([first, ...value])])}
        >
          {t('further.add')}
        </button>
      )}
    </>
  );
}
