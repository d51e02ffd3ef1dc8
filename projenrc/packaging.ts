import { awscdk } from 'projen';

/** The assembly and the package.json of the last release, once there is one: what the next is compared with. */
const RELEASED = 'compat/released';

/** Maven's downloads while the Java package is built; without it Maven loads them anew each time. */
const MAVEN_CACHE = '.cache/maven';

/** Beside package.json, README.md and LICENSE, which npm always takes. */
const PUBLISHED = ['lib', '.jsii', 'API.md', 'THIRD-PARTY-LICENSES'];

/** The languages that have a package, by their names in jsii. */
const LANGUAGES: Record<string, string> = { js: 'TypeScript and JavaScript', python: 'Python', java: 'Java', go: 'Go', dotnet: '.NET, whose SDK it needs' };

/** What the library is called in each language. A name is for good: users' code and lock files hold it. */
export const packagingOptions = {
  publishToPypi: { distName: 'cdk-ecr-tag-mutability', module: 'cdk_ecr_tag_mutability' },
  publishToMaven: {
    mavenGroupId: 'io.github.cdk-ecr-tag-mutability',
    mavenArtifactId: 'cdk-ecr-tag-mutability',
    javaPackage: 'io.github.cdkecrtagmutability',
  },
  publishToGo: { moduleName: 'github.com/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability-go', packageName: 'cdkecrtagmutability' },
  publishToNuget: { packageId: 'CdkEcrTagMutability', dotNetNamespace: 'CdkEcrTagMutability' },
  // `files` in package.json says what is published; what it does not name cannot slip in.
  npmignoreEnabled: false,
} satisfies Partial<awscdk.AwsCdkConstructLibraryOptions>;

export function packaging(project: awscdk.AwsCdkConstructLibrary): void {
  project.addFields({ files: PUBLISHED });
  project.gitignore.addPatterns('/THIRD-PARTY-LICENSES', '/.jsii.tabl.json');
  project.gitignore.include(`/${RELEASED}/.jsii`);
  // The published files would hold their sources a second time.
  for (const option of ['inlineSourceMap', 'inlineSources']) project.tsconfig?.file.addOverride(`compilerOptions.${option}`, false);

  // The Go module requires of aws-cdk-lib's own dependencies what is installed here. Let that be what the floor asks for, not the
  // newest of today, which not every Go proxy serves. (projen warns of two of them, as it takes them for version 1 of the CDK.)
  project.package.addPackageResolutions(
    '@aws-cdk/asset-awscli-v1@2.2.242',
    '@aws-cdk/asset-node-proxy-agent-v6@2.1.0',
    '@aws-cdk/cloud-assembly-schema@48.6.0',
  );

  // Without its cache, from which a sample that failed once passes the next time.
  const samples = project.addTask('samples', { description: 'Compile the samples of the API\'s documentation, and translate them (compile first)' });
  samples.exec('jsii-rosetta extract --strict');
  samples.exec('tsx projenrc/samples.ts');

  const pacmak = `jsii-pacmak --no-npmignore --maven-local-repository ${MAVEN_CACHE}`;
  for (const language of Object.keys(LANGUAGES)) {
    const task = project.tasks.tryFind(`package:${language}`)!;
    task.description = `Compile the library and package it for ${LANGUAGES[language]}`;
    task.reset();
    task.spawn(project.compileTask);
    task.spawn(samples);
    // The folder then has one version, also after the version has changed.
    task.exec(`rm -rf dist/${language}`);
    task.exec(`${pacmak} --targets ${language}`);
    task.exec(`tsx projenrc/stale-copies.ts ${language}`);
  }

  // projen's own task leaves all languages but one out where CI is set.
  project.packageTask.reset();
  project.tasks.removeTask('package-all');
  project.packageTask.description = 'Compile the library and package it for all languages: sources only for .NET, whose SDK is not needed';
  project.packageTask.spawn(project.compileTask);
  project.packageTask.spawn(samples);
  project.packageTask.exec('rm -rf dist');
  project.packageTask.exec(`${pacmak} --targets js python java go`);
  project.packageTask.exec(`${pacmak} --targets dotnet --code-only`);
  project.packageTask.exec('tsx projenrc/check.ts');
  project.packageTask.exec('tsx projenrc/stale-copies.ts js python java go');

  const isReleased = `test -e ${RELEASED}/.jsii`;
  project.tasks.tryFind('compat')?.reset(`jsii-diff ${RELEASED} . --keys --ignore-file .compatignore`, { condition: isReleased });
  const record = project.addTask('release:record', { description: 'Keep the API that was just released, to compare the next with' });
  record.exec(`mkdir -p ${RELEASED}`);
  record.exec(`cp .jsii package.json ${RELEASED}/`);

  const languages = project.addTask('test:languages', {
    description: 'Package the library, and run docs/getting-started.md and the examples of all languages with the packages',
  });
  languages.spawn(project.packageTask);
  languages.exec('jest --ci --config test/languages/jest.config.json --runInBand', { receiveArgs: true });
}
