import { useEffect, useRef } from 'preact/hooks';
import type { PointsPicture } from '../experiment/contestant.ts';
import type { PointSet } from '../experiment/point-sets.ts';
import type { Side } from '../experiment/settings.ts';
import { points } from '../state/session.ts';
import { color } from './color.ts';
import { theme } from './theme-button.tsx';

/** Pixels of the drawing, whatever its size on the page. */
const SIZE = 480;
/** Half the width of a point. */
const DOT = 5;

/** What a network makes of the plane: its color is the class it guesses, its strength how sure it is. */
export function PointsMap({ picture, side }: { picture: PointsPicture; side: Side }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, drawn] = [theme.value, points.value];
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    drawGrid(context, picture.grid);
    if (drawn) drawPoints(context, drawn);
  }, [picture, drawn, shown]);
  const percent = (100 * picture.accuracy).toFixed(1);
  return (
    <canvas
      ref={canvas}
      class="map"
      width={SIZE}
      height={SIZE}
      role="img"
      aria-label={`What network ${side.toUpperCase()} makes of the plane: ${percent} % of the test points are right`}
    />
  );
}

function drawGrid(context: CanvasRenderingContext2D, grid: Float32Array): void {
  const side = Math.sqrt(grid.length);
  const image = new ImageData(side, side);
  const [none, zero, one] = [color('--map-none'), color('--class-0'), color('--class-1')];
  grid.forEach((likely, place) => {
    const sure = Math.abs(2 * likely - 1) ** 0.7 * 0.75;
    const guessed = likely > 0.5 ? one : zero;
    for (let channel = 0; channel < 3; channel++) {
      const plain = none[channel]!;
      // A network that has diverged gives no number: the plane stays plain.
      image.data[4 * place + channel] = plain + (guessed[channel]! - plain) * (sure || 0);
    }
    image.data[4 * place + 3] = 255;
  });
  const small = new OffscreenCanvas(side, side);
  small.getContext('2d')!.putImageData(image, 0, 0);
  // Smoothing lets a little of what was there before shine through.
  context.clearRect(0, 0, SIZE, SIZE);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(small, 0, 0, SIZE, SIZE);
}

function drawPoints(context: CanvasRenderingContext2D, { positions, labels }: PointSet): void {
  const fills = ['--class-0', '--class-1'].map((name) => `rgb(${color(name).join(' ')})`);
  context.lineWidth = 1.5;
  context.strokeStyle = `rgb(${color('--map-edge').join(' ')})`;
  labels.forEach((label, index) => {
    const x = ((positions[2 * index]! + 1) / 2) * SIZE;
    const y = ((1 - positions[2 * index + 1]!) / 2) * SIZE;
    context.fillStyle = fills[label]!;
    context.beginPath();
    // Two forms, so that the classes can be told apart without colors.
    if (label) context.rect(x - DOT * 0.9, y - DOT * 0.9, 1.8 * DOT, 1.8 * DOT);
    else context.arc(x, y, DOT, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  });
}
