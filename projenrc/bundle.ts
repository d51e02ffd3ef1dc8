import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BuildOptions, buildSync } from 'esbuild';

/** What the bundler says of the Lambda's contents. Outside of `lib`, since it is not published. */
export const BUNDLE_METAFILE = '.cache/lambda-bundle.json';

/**
 * The Lambda carries its own client of ECR. It is bundled for the oldest runtime that a supported aws-cdk-lib chooses.
 *
 * The client can do more than a Lambda function that calls ECR ever needs. What is taken away here is loaded at each cold start otherwise.
 */
export const BUNDLE: BuildOptions = {
  entryPoints: ['lambda/index.ts'],
  bundle: true,
  platform: 'node',
  target: 'node22',
  minify: true,
  legalComments: 'none',
  // ES modules first: of these esbuild leaves out what is not used, of CommonJS it cannot.
  mainFields: ['module', 'main'],
  // Lambda gives credentials by the environment. The default also looks for them by STS, SSO, files, processes and HTTP, with a client for each.
  alias: { '@aws-sdk/credential-provider-node': './lambda/ecr/environment-credentials.ts' },
  // The client imports it where an operation has an event stream, and ECR has no such operation.
  external: ['@smithy/core/event-streams'],
  // The client imports some of Node.js's modules when it first calls. An import, other than the `require` that is written instead, makes
  // Node.js load its loader of ES modules and, for `node:http` where the endpoint is plain HTTP, its fetch() and WebSocket as well.
  supported: { 'dynamic-import': false },
};

if (require.main === module) {
  const { metafile } = buildSync({ ...BUNDLE, outfile: 'lib/handler/index.js', logLevel: 'warning', metafile: true });
  mkdirSync(dirname(BUNDLE_METAFILE), { recursive: true });
  writeFileSync(BUNDLE_METAFILE, JSON.stringify(metafile));
}
