using System.Linq;
using Amazon.CDK;
using Amazon.CDK.AWS.ECR;
using CdkEcrTagMutability;
using Constructs;

namespace Example;

/// <summary>Settings of repositories that this stack does not create. What they were before comes back when the stack goes.</summary>
public class TagMutabilityStack : Stack
{
    public TagMutabilityStack(Construct scope, string id, IStackProps props) : base(scope, id, props)
    {
        // A release stays what it was; the tags that are meant to move are listed in cdk.json (or given by -c movingTags=...).
        var movingTags = (string)Node.TryGetContext("movingTags");
        new ImageTagMutability(this, "Api", new ImageTagMutabilityProps
        {
            Repository = Repository.FromRepositoryName(this, "ApiRepository", "team-a/api"),
            ImageTagMutability = TagMutability.IMMUTABLE_WITH_EXCLUSION,
            ImageTagMutabilityExclusionFilters = movingTags.Split(',').Select(ImageTagMutabilityExclusionFilter.Wildcard).ToArray(),
        });

        // Anything may be pushed again while a team tries things out, but not its releases.
        new ImageTagMutability(this, "Web", new ImageTagMutabilityProps
        {
            Repository = Repository.FromRepositoryName(this, "WebRepository", "team-b/web"),
            ImageTagMutability = TagMutability.MUTABLE_WITH_EXCLUSION,
            ImageTagMutabilityExclusionFilters = new[] { ImageTagMutabilityExclusionFilter.Wildcard("release-*") },
        });

        // No tag may be pushed again, whatever was excluded before.
        new ImageTagMutability(this, "Worker", new ImageTagMutabilityProps
        {
            Repository = Repository.FromRepositoryName(this, "WorkerRepository", "team-c/worker"),
            ImageTagMutability = TagMutability.IMMUTABLE,
        });

        // `cdk bootstrap` makes this repository immutable: a build cache kept there needs its tag excluded.
        var containerAssets = $"cdk-{DefaultStackSynthesizer.DEFAULT_QUALIFIER}-container-assets-{Account}-{Region}";
        new ImageTagMutability(this, "ContainerAssets", new ImageTagMutabilityProps
        {
            Repository = Repository.FromRepositoryName(this, "ContainerAssetsRepository", containerAssets),
            ImageTagMutability = TagMutability.IMMUTABLE_WITH_EXCLUSION,
            ImageTagMutabilityExclusionFilters = new[] { ImageTagMutabilityExclusionFilter.Wildcard("buildcache") },
        });

        // All repositories of a team but its caches, also those that it creates later: no tag may be pushed again.
        new RegistryImageTagMutability(this, "TeamD", new RegistryImageTagMutabilityProps
        {
            RepositoryFilters = new[] { "team-d/*" },
            ExcludeRepositoryFilters = new[] { "*-cache" },
            ImageTagMutability = TagMutability.IMMUTABLE,
        });
    }
}
