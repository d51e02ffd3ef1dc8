package com.example.tagmutability;

import io.github.cdkecrtagmutability.ImageTagMutability;
import io.github.cdkecrtagmutability.RegistryImageTagMutability;
import java.util.Arrays;
import java.util.List;
import software.amazon.awscdk.DefaultStackSynthesizer;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.ecr.ImageTagMutabilityExclusionFilter;
import software.amazon.awscdk.services.ecr.Repository;
import software.amazon.awscdk.services.ecr.TagMutability;
import software.constructs.Construct;

/** Settings of repositories that this stack does not create. What they were before comes back when the stack goes. */
public class TagMutabilityStack extends Stack {
    public TagMutabilityStack(final Construct scope, final String id, final StackProps props) {
        super(scope, id, props);

        // A release stays what it was; the tags that are meant to move are listed in cdk.json (or given by -c movingTags=...).
        final String movingTags = (String) getNode().tryGetContext("movingTags");
        ImageTagMutability.Builder.create(this, "Api")
                .repository(Repository.fromRepositoryName(this, "ApiRepository", "team-a/api"))
                .imageTagMutability(TagMutability.IMMUTABLE_WITH_EXCLUSION)
                .imageTagMutabilityExclusionFilters(Arrays.stream(movingTags.split(","))
                        .map(ImageTagMutabilityExclusionFilter::wildcard)
                        .toList())
                .build();

        // Anything may be pushed again while a team tries things out, but not its releases.
        ImageTagMutability.Builder.create(this, "Web")
                .repository(Repository.fromRepositoryName(this, "WebRepository", "team-b/web"))
                .imageTagMutability(TagMutability.MUTABLE_WITH_EXCLUSION)
                .imageTagMutabilityExclusionFilters(List.of(ImageTagMutabilityExclusionFilter.wildcard("release-*")))
                .build();

        // No tag may be pushed again, whatever was excluded before.
        ImageTagMutability.Builder.create(this, "Worker")
                .repository(Repository.fromRepositoryName(this, "WorkerRepository", "team-c/worker"))
                .imageTagMutability(TagMutability.IMMUTABLE)
                .build();

        // `cdk bootstrap` makes this repository immutable: a build cache kept there needs its tag excluded.
        final String containerAssets = String.format("cdk-%s-container-assets-%s-%s",
                DefaultStackSynthesizer.DEFAULT_QUALIFIER, getAccount(), getRegion());
        ImageTagMutability.Builder.create(this, "ContainerAssets")
                .repository(Repository.fromRepositoryName(this, "ContainerAssetsRepository", containerAssets))
                .imageTagMutability(TagMutability.IMMUTABLE_WITH_EXCLUSION)
                .imageTagMutabilityExclusionFilters(List.of(ImageTagMutabilityExclusionFilter.wildcard("buildcache")))
                .build();

        // All repositories of a team but its caches, also those that it creates later: no tag may be pushed again.
        RegistryImageTagMutability.Builder.create(this, "TeamD")
                .repositoryFilters(List.of("team-d/*"))
                .excludeRepositoryFilters(List.of("*-cache"))
                .imageTagMutability(TagMutability.IMMUTABLE)
                .build();
    }
}
