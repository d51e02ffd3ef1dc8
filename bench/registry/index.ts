/**
 * Measures a rule over many repositories on the emulators, beside Cloud Custodian and a loop of `AwsCustomResource` on the same ones, and
 * writes it into bench/RESULTS.md:
 *
 *   npm run bench:registry                       10,000 repositories
 *   REPOSITORIES=1000 npm run bench:registry
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, delimiter, join } from 'node:path';
import { CUSTODIAN_VERSION, custodian } from './custodian';
import { customResources } from './custom-resources';
import { EcrProxy } from './ecr-proxy';
import { registryReport, type RegistryResults } from './report';
import { PREFIX, createRepositories, prefixOfThousand } from './repositories';
import { MeasuredRule } from './rule';
import { measureTemplates } from './template';
import { measure, type Counted } from './tools';
import { startEmulators } from '../../test/support/emulators';
import { TaggingApi } from '../../test/support/emulators/tagging-api';
import { nodeReleases } from '../../test/support/node-releases';
import { OUT, PROJECT } from '../compile';
import { withRegistry } from '../report/registry-section';

const COUNT = Number(process.env.REPOSITORIES ?? 10_000);
/** Of `AwsCustomResource`, which a stack takes 55 of. */
const IN_A_LOOP = 50;
/** The default, and the least that Lambda takes. */
const MEMORY = [256, 128] as const;
const RESULTS = join(__dirname, '../RESULTS.md');

async function bench(): Promise<RegistryResults> {
  const started = Date.now();
  const templates = await measureTemplates(IN_A_LOOP);
  const node = nodeReleases().at(-1)!;
  const tagging = await TaggingApi.start();
  let ecr: EcrProxy | undefined;
  const emulators = await startEmulators({
    ministackEnv: {
      PATH: [dirname(node.executable), process.env.PATH].join(delimiter),
      // The SDK as Lambda's runtime supplies it, for AwsCustomResource.
      NODE_PATH: join(PROJECT, 'node_modules'),
      // Their memory is asked for at the end.
      LAMBDA_WARM_TTL_SECONDS: '3600',
      ...tagging.environment,
    },
    ecrProxy: async ({ moto }) => ecr = await EcrProxy.start(moto),
  });
  try {
    tagging.ecr = emulators.ecr();
    const counted: Counted = { emulators, ecr: ecr!, tagging };
    await createRepositories(emulators.ecr(), COUNT);

    const rule = await MeasuredRule.deploy(emulators);
    const [memory, leastMemory] = MEMORY;
    rule.matches([`${PREFIX}*`], COUNT);
    const declared = await measure(rule, COUNT, counted);
    const peak = await rule.peakMemory();
    const historyEvents = await rule.mostHistoryEvents();

    // Of fewer repositories, but each pass lists all.
    const few = Math.min(COUNT, 2_000);
    await rule.setMemory(leastMemory);
    rule.matches([prefixOfThousand(0), prefixOfThousand(1)].map((prefix) => `${prefix}*`), few);
    await measure(rule, few, counted);
    const leastPeak = await rule.peakMemory();

    const others = [
      await measure(await custodian(emulators, ecr!.url, PREFIX), COUNT, counted),
      await measure(await customResources(emulators, IN_A_LOOP), IN_A_LOOP, counted),
    ];
    return {
      node: node.name,
      custodian: CUSTODIAN_VERSION,
      minutes: (Date.now() - started) / 60_000,
      tools: [declared, ...others],
      templates,
      historyEvents,
      memory: [{ size: memory, peak, repositories: COUNT }, { size: leastMemory, peak: leastPeak, repositories: few }],
    };
  } finally {
    tagging.stop();
    emulators.stop();
  }
}

bench().then(
  (results) => {
    writeFileSync(RESULTS, withRegistry(readFileSync(RESULTS, 'utf8'), registryReport(results)));
    rmSync(OUT, { recursive: true });
    console.log(`bench/RESULTS.md has it, after ${results.minutes.toFixed(1)} minutes`);
    process.exit(0);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
