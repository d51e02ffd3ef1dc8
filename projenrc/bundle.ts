import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BuildOptions, buildSync } from 'esbuild';

/** What the bundler says of the Lambda's contents. Outside of `lib`, since it is not published. */
export const BUNDLE_METAFILE = '.cache/lambda-bundle.json';

/**
 * The Lambda carries its own clients of AWS. They are bundled for the oldest runtime that a supported aws-cdk-lib chooses.
 *
 * A client can do more than a Lambda function ever needs. What is taken away here is loaded at each cold start otherwise.
 */
export const BUNDLE: BuildOptions = {
  // Two bundles: a cold start for a declaration of one repository does not load the clients that only rules need.
  entryPoints: ['lambda/index.ts', 'lambda/registry/index.ts'],
  outbase: 'lambda',
  outdir: 'lib/handler',
  bundle: true,
  platform: 'node',
  target: 'node22',
  minify: true,
  legalComments: 'none',
  // ES modules first: of these esbuild leaves out what is not used, of CommonJS it cannot.
  mainFields: ['module', 'main'],
  // Lambda gives credentials by the environment. The default also looks for them by STS, SSO, files, processes and HTTP, with a client for each.
  alias: { '@aws-sdk/credential-provider-node': './lambda/ecr/environment-credentials.ts' },
  external: [
    // The clients import it where an operation has an event stream, and none of these services has such an operation.
    '@smithy/core/event-streams',
    // The second bundle, as the first one imports it.
    '*/registry/index',
  ],
  // The client imports some of Node.js's modules when it first calls. An import, other than the `require` that is written instead, makes
  // Node.js load its loader of ES modules and, for `node:http` where the endpoint is plain HTTP, its fetch() and WebSocket as well.
  supported: { 'dynamic-import': false },
};

if (require.main === module) {
  const { metafile } = buildSync({ ...BUNDLE, logLevel: 'warning', metafile: true });
  mkdirSync(dirname(BUNDLE_METAFILE), { recursive: true });
  writeFileSync(BUNDLE_METAFILE, JSON.stringify(metafile));
}
