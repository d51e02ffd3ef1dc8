/** What `npm run bench:registry` writes starts with this line, and goes to the end of bench/RESULTS.md. */
export const REGISTRY_HEADING = '## The repositories of a registry';

const MARK = `\n${REGISTRY_HEADING}\n`;

/** The text with another section, which starts with the heading. */
export function withRegistry(text: string, section: string): string {
  return `${text.split(MARK)[0]!.trimEnd()}\n\n${section}`;
}

/** The section of a text, or nothing. */
export function registryOf(text: string): string {
  const at = text.indexOf(MARK);
  return at < 0 ? '' : text.slice(at);
}
