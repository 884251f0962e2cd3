import type { Field } from '../experiment/settings.ts';
import { nameOf } from '../experiment/settings.ts';

interface ChoiceProps<Value extends string | number> {
  field: Field<Value>;
  name: string;
  value: Value;
  onChange: (value: Value) => void;
  /** Without its label above it, where the place says what it is. */
  isTab?: boolean;
  /** A list without its label above it. */
  isQuiet?: boolean;
}

/** As many fit beside each other; more are a list. */
const MOST_BESIDE = 4;
const LONGEST_BESIDE = 18;

/** One choice from a few: radio buttons side by side, or a list. */
export function Choice<Value extends string | number>({
  field,
  name,
  value,
  onChange,
  isTab,
  isQuiet,
}: ChoiceProps<Value>) {
  const names = field.values.map((candidate) => nameOf(field, candidate));
  const isBeside = isTab || (!isQuiet && field.values.length <= MOST_BESIDE && names.join('').length <= LONGEST_BESIDE);
  if (!isBeside) {
    return (
      <label class="choice">
        <span class={isQuiet ? 'unseen' : 'choice-label'}>{field.label}</span>
        <select
          value={String(value)}
          onChange={({ currentTarget }) => onChange(field.values[currentTarget.selectedIndex] as Value)}
        >
          {field.values.map((candidate, index) => (
            <option key={candidate} value={String(candidate)}>
              {names[index]}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <fieldset class={isTab ? 'choice tab' : 'choice'}>
      <legend class={isTab ? 'unseen' : 'choice-label'}>{field.label}</legend>
      <div class="segments">
        {field.values.map((candidate, index) => (
          <label key={candidate} class="segment">
            <input type="radio" name={name} checked={candidate === value} onChange={() => onChange(candidate)} />
            <span class="segment-name">{names[index]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
