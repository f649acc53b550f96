import { useSignal } from '@preact/signals';
import type { FieldAttributes } from './field.tsx';

interface DraftInputProps extends Partial<FieldAttributes> {
  /** The text that holds. */
  text: string;
  /** Takes what was typed, once somebody leaves the input. */
  onEntered: (text: string) => void;
  /** Limits of an input that takes only numbers. */
  numeric?: { min: number | undefined; max: number | undefined; step: number | 'any' };
  inputMode?: 'text' | 'decimal';
  maxLength?: number;
  placeholder?: string;
}

/** An input that keeps what somebody types while the rest of the page changes. */
export function DraftInput({ text, onEntered, numeric, ...attributes }: DraftInputProps) {
  const draft = useSignal<string | undefined>(undefined);
  const shared = {
    ...attributes,
    value: draft.value ?? text,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
      draft.value = currentTarget.value;
    },
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
      draft.value = undefined;
      onEntered(currentTarget.value);
    },
  };
  return numeric ? <input {...shared} {...numeric} type="number" /> : <input {...shared} type="text" />;
}
