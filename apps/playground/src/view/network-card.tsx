import { type Field, fields, type Side } from '../experiment/settings.ts';
import { choose, isBehind, pictures, reading, settings } from '../state/session.ts';
import { Choice } from './choice.tsx';
import { DatesAnswers } from './dates-answers.tsx';
import { PointsMap } from './points-map.tsx';

/** One of the two networks: what sets it apart, how far it is, and what it has learned. */
export function NetworkCard({ side }: { side: Side }) {
  const { task, ...chosen } = settings.value;
  const field: Field = fields[task][side];
  const loss = reading.value?.[side].loss;
  const picture = pictures.value?.[side];
  return (
    <section class={`panel network ${side}`} aria-label={field.label} aria-busy={isBehind.value}>
      <h2>
        <span class="badge">{side.toUpperCase()}</span>
        <Choice field={field} name={side} value={chosen[side]} onChange={(value) => choose(side, value)} isTab />
      </h2>
      {picture?.task === 'points' && task === 'points' && <PointsMap picture={picture} side={side} />}
      {picture?.task === 'dates' && task === 'dates' && <DatesAnswers picture={picture} />}
      {picture?.task !== task && <div class="waiting">preparing…</div>}
      <dl class="figures">
        <div>
          <dt>loss</dt>
          <dd data-testid={`loss-${side}`}>{loss === undefined ? '–' : lossText(loss)}</dd>
        </div>
        {picture?.task === 'points' && (
          <div>
            <dt>accuracy</dt>
            <dd>{(100 * picture.accuracy).toFixed(1)} %</dd>
          </div>
        )}
        {picture?.task === 'dates' && (
          <div>
            <dt>right</dt>
            <dd>
              {picture.answers.filter(({ iso, answer }) => iso === answer).length} of {picture.answers.length}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function lossText(loss: number): string {
  if (!Number.isFinite(loss)) return 'diverged';
  return loss >= 0.001 ? loss.toFixed(4) : loss.toExponential(1);
}
