import { type Field, type Fields, fields, sides } from '../experiment/settings.ts';
import { choose, settings } from '../state/session.ts';
import { Choice } from './choice.tsx';

/** What both networks have in common. */
export function SettingsPanel() {
  const table: Fields = fields[settings.value.task];
  const chosen = settings.value as unknown as Readonly<Record<string, string | number>>;
  const common = Object.entries(table).filter(([name]) => !sides.some((side) => side === name));
  return (
    <section class="panel settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Both networks</h2>
      <div class="settings-fields">
        {common.map(([name, field]: [string, Field]) => (
          <Choice
            key={`${settings.value.task}-${name}`}
            field={field}
            name={name}
            value={chosen[name]!}
            onChange={(value) => choose(name, value)}
          />
        ))}
      </div>
    </section>
  );
}
