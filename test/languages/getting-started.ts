import { readText } from '../support/project';

/** What docs/getting-started.md says to do in one language. */
export interface Steps {
  /** The commands that build the library and synthesize the example, in the clone's root. */
  readonly example: string;
  /** The commands that install the build in an app of one's own, in the app's folder. */
  readonly ownApp: string;
  /** The parts of a pom.xml that it takes. */
  readonly xml: readonly string[];
}

/** Reads the blocks below a language's heading: its first commands install a release, the second run the example, the third are for an own app. */
export function gettingStarted(heading: string): Steps {
  const section = readText('docs/getting-started.md').split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/getting-started.md has no heading '${heading}'`);
  const blocks = (fence: string) => [...section.matchAll(new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code);
  const [ownApp, example] = blocks('sh').reverse();
  return { example, ownApp, xml: blocks('xml') };
}
