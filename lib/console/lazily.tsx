import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { complain } from './notices.ts';

/** A component whose code is loaded when it is shown first; nothing until then. */
export function lazily<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let known: FunctionComponent<Props> | undefined;
  return (props) => {
    const loaded = useSignal(known !== undefined);
    useEffect(() => {
      if (loaded.value) return;
      load().then((component) => {
        known = component;
        loaded.value = true;
      }, complain);
    }, [loaded]);
    const Loaded = loaded.value ? known : undefined;
    return Loaded ? <Loaded {...props} /> : null;
  };
}
