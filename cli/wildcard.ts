/** Whether a pattern matches a whole name, of a tag or of a repository. `*` stands for any characters, also `/`, or none. */
export function matchesWildcard(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.split('*').map(escape).join('.*')}$`, 's').test(name);
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
