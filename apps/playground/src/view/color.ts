/** The value of a color property of the page as red, green and blue. */
export function color(property: string): [red: number, green: number, blue: number] {
  const probe = new OffscreenCanvas(1, 1).getContext('2d')!;
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(property);
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return [red!, green!, blue!];
}
