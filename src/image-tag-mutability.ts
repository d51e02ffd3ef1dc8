import { Annotations, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import { ImageTagMutabilityProvider } from './image-tag-mutability-provider';
import { applyRemovalPolicy, checkProvider, checkRemovalPolicy, checkSettings, validationError, warnOfMatchingEveryTag } from './private/declaration-props';
import { isInTree, rememberDeclaration } from './private/declarations';
import { ExclusionFilters } from './private/exclusion-filters';
import { validateArn, canonicalArn, isLookupDummy, shortArn } from './private/repository-arn';
import { Mutability, RESOURCE_TYPE, ResourceAttributes, ResourceProperties, SERVICE_TIMEOUT_MS } from './shared/contract';

/**
 * Properties of an ImageTagMutability.
 */
export interface ImageTagMutabilityProps {
  /**
   * The repository, usually an imported one. Its region and account are those of its ARN.
   *
   * A stack can declare a repository once.
   */
  readonly repository: ecr.IRepository;

  /**
   * Whether a tag of the repository can be pushed again.
   *
   * `IMMUTABLE_WITH_EXCLUSION` and `MUTABLE_WITH_EXCLUSION` need `imageTagMutabilityExclusionFilters`, the others take none.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
   */
  readonly imageTagMutability: ecr.TagMutability;

  /**
   * The tags that the setting does not apply to: 1 to 5 different filters, each with at most 2 `*`.
   *
   * @default - no filters
   * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html
   */
  readonly imageTagMutabilityExclusionFilters?: ecr.ImageTagMutabilityExclusionFilter[];

  /**
   * What happens to the repository's setting when the declaration is removed from the stack, with the stack, or by declaring
   * another repository in its place.
   *
   * `DESTROY` restores the setting from before the first declaration, or that of another stack's declaration. `RETAIN` and
   * `RETAIN_ON_UPDATE_OR_DELETE` leave it as it is, except after a failed create. `SNAPSHOT` is refused.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the deployment fails where a newer declaration of another stack holds. Otherwise it succeeds with a warning in the function's
   * log, and the setting takes effect when the newer declaration is removed.
   *
   * Only a declaration that would be created or changed fails. So a rollback fails only where the other stack has declared during the
   * deployment; then continue it without this resource.
   *
   * @default false
   */
  readonly failIfSuperseded?: boolean;

  /**
   * The function that sets it. It must be in a stack of the same account and region.
   *
   * @default - one for each stack, `ImageTagMutabilityProvider.getOrCreate(this)`
   */
  readonly provider?: ImageTagMutabilityProvider;
}

/**
 * Declares the image tag mutability of an Amazon ECR repository, also of one that the stack does not create, and restores what
 * was there when the declaration goes away.
 *
 * Where several stacks declare one repository, the newest declaration holds.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import { ImageTagMutability } from 'cdk-ecr-tag-mutability';
 *
 * const app = new App();
 * const stack = new Stack(app, 'TagMutability');
 * new ImageTagMutability(stack, 'Web', {
 *   repository: ecr.Repository.fromRepositoryName(stack, 'WebRepository', 'team-b/web'),
 *   imageTagMutability: ecr.TagMutability.MUTABLE_WITH_EXCLUSION,
 *   imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('release-*')],
 * });
 */
export class ImageTagMutability extends Construct {
  /**
   * The account of the repository's registry, 12 digits.
   */
  public get registryId(): string {
    return this.attribute('RegistryId');
  }

  /**
   * The name of the repository.
   */
  public get repositoryName(): string {
    return this.attribute('RepositoryName');
  }

  /**
   * The setting that the repository has after the deployment, which is another stack's where that one declared later.
   */
  public get effectiveImageTagMutability(): string {
    return this.attribute('ImageTagMutability');
  }

  private readonly resource: CfnResource;

  /**
   * @param scope the construct to declare in
   * @param id the id of the declaration. Changing it renames the declaration, which leaves the repository as it is; with `RETAIN`, the
   * former one stays recorded below it
   * @param props what to declare
   * @throws an error where ECR would refuse the setting at deployment, where the stack declares the repository already, and where
   * the provider's role has no room for it
   */
  constructor(scope: Construct, id: string, props: ImageTagMutabilityProps) {
    // These checks run before `super()`, so that a refused declaration leaves no construct in the tree.
    const path = [scope.node.path, id].filter((part) => part !== '').join('/');
    const filters = checkSettings(path, props);
    checkRemovalPolicy(path, props.removalPolicy);
    checkProvider(path, Stack.of(scope), props.provider);
    const declarations = declarationsOf(Stack.of(scope));
    const repository = checkRepository(path, Stack.of(scope), props.repository, declarations);
    const provider = props.provider ?? ImageTagMutabilityProvider.getOrCreate(scope);
    const repositoryArn = props.repository.repositoryArn;
    const shortRepositoryArn = shortArn(Stack.of(scope), repositoryArn);
    const ready = provider._allow(repositoryArn, shortRepositoryArn, path);

    super(scope, id);
    declarations.set(repository, this);

    const properties: ResourceProperties = {
      RepositoryArn: shortRepositoryArn,
      ImageTagMutability: props.imageTagMutability as string as Mutability,
      ImageTagMutabilityExclusionFilters: filters?.properties,
      FailIfSuperseded: props.failIfSuperseded ? true : undefined,
    };
    // `CustomResource` would make a second construct for each declaration, and constructs are what synthesis spends its time on.
    this.resource = new CfnResource(this, 'Resource', {
      type: RESOURCE_TYPE,
      properties: {
        ServiceToken: provider.function.functionArn,
        ServiceTimeout: String(SERVICE_TIMEOUT_MS / 1_000),
        ...properties,
      },
    });
    this.resource.node.addDependency(ready);
    applyRemovalPolicy(this.resource, props.removalPolicy);
    rememberDeclaration({ construct: this, resource: this.resource, provider, properties });

    warn(this, props.repository, filters);
  }

  private attribute(name: keyof ResourceAttributes): string {
    return this.resource.getAtt(name).toString();
  }
}

/** For each stack, the construct that declares a repository. */
const DECLARATIONS = new WeakMap<Stack, Map<string, Construct>>();

function declarationsOf(stack: Stack): Map<string, Construct> {
  const declarations = DECLARATIONS.get(stack) ?? new Map<string, Construct>();
  DECLARATIONS.set(stack, declarations);
  return declarations;
}

/** @returns the repository's ARN, spelled in one way however the repository was imported */
function checkRepository(path: string, stack: Stack, repository: ecr.IRepository | undefined, declarations: Map<string, Construct>): string {
  if (typeof repository?.repositoryArn !== 'string') {
    throw validationError(path, `repository is ${repository ? `of type ${typeof repository}` : 'missing'}, but must be an ecr.IRepository. Import one by ecr.Repository.fromRepositoryName() or fromRepositoryArn().`);
  }
  const arn = canonicalArn(stack, repository.repositoryArn);
  if (isLookupDummy(arn)) {
    return path;
  }
  const broken = validateArn(arn);
  if (broken) {
    throw validationError(path, broken);
  }
  const other = declarations.get(arn);
  if (other && isInTree(other)) {
    throw validationError(path, `repository is declared in this stack already, by ${other.node.path}, but a stack can declare a repository once. Remove one of the two.`);
  }
  return arn;
}

function warn(declaration: ImageTagMutability, repository: ecr.IRepository, filters: ExclusionFilters | undefined): void {
  const annotations = Annotations.of(declaration);
  const child = repository.node.defaultChild;
  if (child && CfnResource.isCfnResource(child) && child.cfnResourceType === ecr.CfnRepository.CFN_RESOURCE_TYPE_NAME) {
    annotations.addWarningV2(
      'cdk-ecr-tag-mutability:ownRepository',
      `repository is created by this app, at ${repository.node.path}. Its own properties imageTagMutability and imageTagMutabilityExclusionFilters serve better there: they take the same values and need no custom resource.`,
    );
  }
  warnOfMatchingEveryTag(declaration, filters);
}
