import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BuildOptions, buildSync } from 'esbuild';

/** What both bundles have in common. */
const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  minify: true,
  legalComments: 'none',
  // ES modules first: of these esbuild leaves out what is not used, of CommonJS it cannot.
  mainFields: ['module', 'main'],
};

/**
 * The Lambda carries its own clients of AWS. They are bundled for the oldest runtime that a supported aws-cdk-lib chooses.
 *
 * A client can do more than a Lambda function ever needs. What is taken away here is loaded at each cold start otherwise.
 */
export const BUNDLE: BuildOptions = {
  ...COMMON,
  // A cold start for a declaration of one repository does not load the clients that only rules and guards need.
  entryPoints: ['lambda/index.ts', 'lambda/registry/index.ts', 'lambda/guard/index.ts'],
  outbase: 'lambda',
  outdir: 'lib/handler',
  target: 'node22',
  // Lambda gives credentials by the environment. The default also looks for them by STS, SSO, files, processes and HTTP, with a client for each.
  alias: { '@aws-sdk/credential-provider-node': './lambda/ecr/environment-credentials.ts' },
  external: [
    // The clients import it where an operation has an event stream, and none of these services has such an operation.
    '@smithy/core/event-streams',
    // The other two, as the first one imports them.
    '*/registry/index', '*/guard/index',
  ],
  // The client imports some of Node.js's modules when it first calls. An import, other than the `require` that is written instead, makes
  // Node.js load its loader of ES modules and, for `node:http` where the endpoint is plain HTTP, its fetch() and WebSocket as well.
  supported: { 'dynamic-import': false },
};

/** The command line, for the oldest Node.js that the package supports. It takes credentials from wherever people keep them. */
export const CLI_BUNDLE: BuildOptions = {
  ...COMMON,
  entryPoints: ['cli/index.ts'],
  outfile: 'lib/cli/index.js',
  target: 'node20',
  banner: { js: '#!/usr/bin/env node' },
};

/** Each bundle, and the file for what the bundler says of its contents. That is outside of `lib`, since it is not published. */
export const BUNDLES = [
  { options: BUNDLE, metafile: '.cache/lambda-bundle.json' },
  { options: CLI_BUNDLE, metafile: '.cache/cli-bundle.json' },
];

if (require.main === module) {
  for (const { options, metafile: path } of BUNDLES) {
    const { metafile } = buildSync({ ...options, logLevel: 'warning', metafile: true });
    // npm would make a package's command executable. jsii, whose Python package has the command as well, runs it as it was packed.
    if (options.banner && options.outfile) {
      chmodSync(options.outfile, 0o755);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(metafile));
  }
}
