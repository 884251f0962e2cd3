/** What a progress bar shows. */
export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly loss: number;
  /** Steps in a second; 0 while unknown. */
  readonly rate: number;
}

/** One line of at most `columns` characters: a bar, the counts, loss, rate and the time that is left. */
export function drawBar(progress: Progress, columns: number): string {
  const { label, done, total } = progress;
  const text = ` ${done}/${total}  ${describe(progress)}`;
  const room = Math.min(30, columns - label.length - text.length - 2);
  if (room < 5) return `${label}${text}`.slice(0, columns - 1);
  const filled = Math.round((done / total) * room);
  return `${label} ${'█'.repeat(filled)}${'░'.repeat(room - filled)}${text}`;
}

/** The same as a line of its own, for logs. */
export function drawLine(progress: Progress): string {
  const { done, total } = progress;
  return `step ${String(done).padStart(String(total).length)}/${total}  ${describe(progress)}`;
}

function describe({ done, total, loss, rate }: Progress): string {
  if (rate === 0) return `loss ${loss.toFixed(4)}`;
  const shown = rate >= 10 ? rate.toFixed(0) : rate.toFixed(1);
  return `loss ${loss.toFixed(4)}  ${shown} steps/s  ETA ${formatTime((total - done) / rate)}`;
}

/** `1:02:03`, or `2:03` below an hour. */
export function formatTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
