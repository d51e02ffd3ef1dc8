const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => coloured ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const red = paint(31);
export const green = paint(32);
const dim = paint(2);

export function say(text = ''): void {
  process.stdout.write(text + '\n');
}

/** Says what is being done, does it, and says how long it took. */
export async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
  process.stdout.write(`${bold(what)} ... `);
  const start = performance.now();
  try {
    const result = await action();
    say(dim(seconds(performance.now() - start)));
    return result;
  } catch (error) {
    say(red('failed'));
    throw error;
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
