import { useSignal } from '@preact/signals';
import { copyText } from '../copy.ts';
import { complain } from '../notices.ts';
import { d } from './texts.ts';

/** Milliseconds for which a button says that it has copied. */
const SAID = 2000;

/** Lines to copy, under their name. */
export function CodeBlock({ name, text }: { name: string; text: string }) {
  const isCopied = useSignal(false);
  const copy = () =>
    copyText(text).then(() => {
      isCopied.value = true;
      setTimeout(() => {
        isCopied.value = false;
      }, SAID);
    }, complain);
  return (
    <figure class="code">
      <figcaption>{name}</figcaption>
      <button type="button" class="quiet" aria-label={d('copy.of', { name })} onClick={copy}>
        {isCopied.value ? d('copy.done') : d('copy')}
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what is wider than the page */}
      <section tabIndex={0} aria-label={name}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
    </figure>
  );
}
