import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { AssetManifestArtifact } from 'aws-cdk-lib/cx-api';
import type { Emulators } from '.';
import type { Template } from './cloudformation';

const BUCKET = 'assets';
/** CloudFormation takes a longer template from a bucket only. */
const MOST_IN_CALL = 51_200;
const PUBLISH = resolve(__dirname, 'publish.py');

/** The parts of an asset manifest that are read here. */
interface AssetManifest {
  readonly files?: Readonly<Record<string, {
    readonly source: { readonly path?: string; readonly packaging?: string };
    readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
  }>>;
}

/**
 * The template of a stack that `build` fills, for CloudFormation's calls without the CDK CLI. Its Lambda code is put into a
 * bucket of the emulator's, as the CLI would put it into the bootstrap's.
 */
export async function publishedTemplate(emulators: Emulators, stackName: string, build: (stack: Stack) => void): Promise<Template> {
  const app = new App({ analyticsReporting: false, outdir: mkdtempSync(join(emulators.env.TMPDIR, 'cdk.out-')) });
  const stack = new Stack(app, stackName, {
    env: { account: emulators.accountId, region: emulators.region },
    synthesizer: new DefaultStackSynthesizer({ fileAssetsBucketName: BUCKET, generateBootstrapVersionRule: false }),
  });
  build(stack);
  const assembly = app.synth();
  for (const artifact of assembly.artifacts) {
    if (!AssetManifestArtifact.isAssetManifestArtifact(artifact)) continue;
    const manifest = JSON.parse(readFileSync(artifact.file, 'utf8')) as AssetManifest;
    for (const { source, destinations } of Object.values(manifest.files ?? {})) {
      // The others are templates, which go with the call itself.
      if (source.packaging !== 'zip' || source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) {
        await publish(emulators, objectKey, join(assembly.directory, source.path));
      }
    }
  }
  const { templateFullPath } = assembly.getStackByName(stackName);
  const TemplateBody = readFileSync(templateFullPath, 'utf8');
  if (TemplateBody.length <= MOST_IN_CALL) return { TemplateBody };
  const objectKey = `${basename(assembly.directory)}.json`;
  await publish(emulators, objectKey, templateFullPath);
  return { TemplateURL: `${emulators.env.AWS_ENDPOINT_URL}/${BUCKET}/${objectKey}` };
}

const published = new WeakMap<Emulators, Map<string, Promise<unknown>>>();

/** Once for each key, which holds the content's hash, however many templates name it. */
function publish(emulators: Emulators, objectKey: string, path: string): Promise<unknown> {
  const keys = published.get(emulators) ?? new Map<string, Promise<unknown>>();
  published.set(emulators, keys);
  const done = keys.get(objectKey) ?? promisify(execFile)(emulators.python, [PUBLISH, BUCKET, objectKey, path], { env: emulators.env });
  keys.set(objectKey, done);
  return done;
}
