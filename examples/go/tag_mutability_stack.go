package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability-go/cdkecrtagmutability"
)

// NewTagMutabilityStack declares settings of repositories that the stack does not create. What they were before comes back when the
// stack goes.
func NewTagMutabilityStack(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, props)

	// A release stays what it was; the tags that are meant to move are listed in cdk.json (or given by -c movingTags=...).
	var movingTags []awsecr.ImageTagMutabilityExclusionFilter
	for _, tag := range strings.Split(stack.Node().TryGetContext(jsii.String("movingTags")).(string), ",") {
		movingTags = append(movingTags, awsecr.ImageTagMutabilityExclusionFilter_Wildcard(&tag))
	}
	cdkecrtagmutability.NewImageTagMutability(stack, jsii.String("Api"), &cdkecrtagmutability.ImageTagMutabilityProps{
		Repository:                         awsecr.Repository_FromRepositoryName(stack, jsii.String("ApiRepository"), jsii.String("team-a/api")),
		ImageTagMutability:                 awsecr.TagMutability_IMMUTABLE_WITH_EXCLUSION,
		ImageTagMutabilityExclusionFilters: &movingTags,
	})

	// Anything may be pushed again while a team tries things out, but not its releases.
	cdkecrtagmutability.NewImageTagMutability(stack, jsii.String("Web"), &cdkecrtagmutability.ImageTagMutabilityProps{
		Repository:                         awsecr.Repository_FromRepositoryName(stack, jsii.String("WebRepository"), jsii.String("team-b/web")),
		ImageTagMutability:                 awsecr.TagMutability_MUTABLE_WITH_EXCLUSION,
		ImageTagMutabilityExclusionFilters: &[]awsecr.ImageTagMutabilityExclusionFilter{awsecr.ImageTagMutabilityExclusionFilter_Wildcard(jsii.String("release-*"))},
	})

	// No tag may be pushed again, whatever was excluded before.
	cdkecrtagmutability.NewImageTagMutability(stack, jsii.String("Worker"), &cdkecrtagmutability.ImageTagMutabilityProps{
		Repository:         awsecr.Repository_FromRepositoryName(stack, jsii.String("WorkerRepository"), jsii.String("team-c/worker")),
		ImageTagMutability: awsecr.TagMutability_IMMUTABLE,
	})

	// `cdk bootstrap` makes this repository immutable: a build cache kept there needs its tag excluded.
	containerAssets := fmt.Sprintf("cdk-%s-container-assets-%s-%s",
		*awscdk.DefaultStackSynthesizer_DEFAULT_QUALIFIER(), *stack.Account(), *stack.Region())
	cdkecrtagmutability.NewImageTagMutability(stack, jsii.String("ContainerAssets"), &cdkecrtagmutability.ImageTagMutabilityProps{
		Repository:                         awsecr.Repository_FromRepositoryName(stack, jsii.String("ContainerAssetsRepository"), &containerAssets),
		ImageTagMutability:                 awsecr.TagMutability_IMMUTABLE_WITH_EXCLUSION,
		ImageTagMutabilityExclusionFilters: &[]awsecr.ImageTagMutabilityExclusionFilter{awsecr.ImageTagMutabilityExclusionFilter_Wildcard(jsii.String("buildcache"))},
	})

	// All repositories of a team but its caches, also those that it creates later: no tag may be pushed again.
	cdkecrtagmutability.NewRegistryImageTagMutability(stack, jsii.String("TeamD"), &cdkecrtagmutability.RegistryImageTagMutabilityProps{
		RepositoryFilters:        jsii.Strings("team-d/*"),
		ExcludeRepositoryFilters: jsii.Strings("*-cache"),
		ImageTagMutability:       awsecr.TagMutability_IMMUTABLE,
	})

	return stack
}
