import type { ImageTagMutability } from '@aws-sdk/client-ecr';
import type { EcrProxy } from './ecr-proxy';
import { expectSettings } from './repositories';
import type { Emulators } from '../../test/support/emulators';
import type { TaggingApi } from '../../test/support/emulators/tagging-api';

/** Something that locks many repositories. */
export interface Tool {
  readonly name: string;
  readonly declares: ImageTagMutability;
  declare(): Promise<void>;
  /** The same, where nothing has changed. Absent where nobody is asked then. */
  again?(): Promise<void>;
  /** Restores what was there before: `MUTABLE`. Absent where nothing is. */
  remove?(): Promise<void>;
}

export interface Cost {
  readonly seconds: number;
  readonly calls: number;
}

export interface ToolResult {
  readonly name: string;
  readonly repositories: number;
  readonly declare: Cost;
  readonly again?: Cost;
  readonly remove?: Cost;
}

export interface Counted {
  readonly emulators: Emulators;
  readonly ecr: EcrProxy;
  readonly tagging: TaggingApi;
}

export async function measure(tool: Tool, repositories: number, counted: Counted): Promise<ToolResult> {
  const declare = await cost(`${tool.name}: declare`, () => tool.declare(), counted);
  await expectSettings(counted.emulators.ecr(), repositories, tool.declares);
  const again = tool.again && await cost(`${tool.name}: again`, () => tool.again!(), counted);
  const remove = tool.remove && await cost(`${tool.name}: remove`, () => tool.remove!(), counted);
  if (remove) await expectSettings(counted.emulators.ecr(), repositories, 'MUTABLE');
  return { name: tool.name, repositories, declare, again, remove };
}

async function cost(what: string, action: () => Promise<void>, { ecr, tagging }: Counted): Promise<Cost> {
  ecr.take();
  tagging.asked = 0;
  const start = performance.now();
  await action();
  const result = { seconds: (performance.now() - start) / 1_000, calls: ecr.take() + tagging.asked };
  console.log(`${what}: ${result.seconds.toFixed(0)} s, ${result.calls} calls`);
  return result;
}
