/**
 * The versions that users' apps are tested with. The manifests of `examples` name them as well, since each package manager reads its own:
 * `test/packages/examples.test.ts` finds one that differs.
 */

/** The first aws-cdk-lib with `ecr.ImageTagMutabilityExclusionFilter`: the oldest that the library takes. */
export const CDK_FLOOR = '2.221.0';

/** The oldest constructs that the library takes. */
export const CONSTRUCTS_FLOOR = '10.0.5';

/** What the examples install. */
export interface ExampleVersions {
  readonly cdk: string;
  readonly constructs: string;
}

/**
 * The newest aws-cdk-lib that npm, PyPI, Maven Central and the Go proxy have in common. To look for a newer one: npm and PyPI usually have
 * it first, Maven Central (`mvn dependency:get -Dartifact=software.amazon.awscdk:aws-cdk-lib:<version>`) and the Go proxy
 * (`go mod download github.com/aws/aws-cdk-go/awscdk/v2@v<version>`) later.
 */
const COMMON: ExampleVersions = { cdk: '2.263.0', constructs: '10.5.0' };

export const EXAMPLE_VERSIONS = {
  typescript: COMMON,
  python: COMMON,
  java: COMMON,
  // The Go module of aws-cdk-lib requires a newer constructs than the packages of the other languages do.
  go: { ...COMMON, constructs: '10.6.0' },
  // Checked by hand, as most machines have no .NET SDK: this is the version that the C# example was last seen to work with.
  csharp: { ...COMMON, cdk: '2.267.0' },
} satisfies Record<string, ExampleVersions>;

/** jsii's runtime in Go, whose go.mod names it. The other languages get theirs with the packages. */
export const JSII_RUNTIME_GO = '1.140.0';
