"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// bench/app/synthesize.ts
var import_aws_cdk_lib = require("aws-cdk-lib");
var ecr2 = __toESM(require("aws-cdk-lib/aws-ecr"));

// bench/app/declarations.ts
var ecr = __toESM(require("aws-cdk-lib/aws-ecr"));
var import_custom_resources = require("aws-cdk-lib/custom-resources");
var import_cdk_ecr_tag_mutability = require("/work/w-bench/lib/index.js");
function declare(kind2, stack, id, declared) {
  const settings = {
    imageTagMutability: declared.mutability,
    imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard(declared.filter)]
  };
  if (kind2 === "native") {
    new ecr.Repository(stack, id, { repositoryName: declared.name, ...settings });
    return;
  }
  const repository = ecr.Repository.fromRepositoryName(stack, `${id}Repository`, declared.name);
  if (kind2 === "cdk-ecr-tag-mutability") {
    new import_cdk_ecr_tag_mutability.ImageTagMutability(stack, id, { repository, ...settings });
  } else {
    awsCustomResource(stack, id, repository, declared);
  }
}
function awsCustomResource(stack, id, repository, { mutability, filter }) {
  const call = (parameters) => ({
    service: "ECR",
    action: "putImageTagMutability",
    parameters: { repositoryName: repository.repositoryName, ...parameters },
    physicalResourceId: import_custom_resources.PhysicalResourceId.of(repository.repositoryName)
  });
  new import_custom_resources.AwsCustomResource(stack, id, {
    onUpdate: call({ imageTagMutability: mutability, imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter }] }),
    onDelete: { ...call({ imageTagMutability: "MUTABLE" }), ignoreErrorCodesMatching: "RepositoryNotFoundException" },
    installLatestAwsSdk: false,
    policy: import_custom_resources.AwsCustomResourcePolicy.fromSdkCalls({ resources: [repository.repositoryArn] })
  });
}
function nameOf(index) {
  return `team-a/service-number-${String(index).padStart(8, "0")}`;
}

// bench/app/synthesize.ts
function synthesize(kind2, count2) {
  const start = performance.now();
  const app = new import_aws_cdk_lib.App({ analyticsReporting: false, context: { "@aws-cdk/core:stackResourceLimit": 0 } });
  const stack = new import_aws_cdk_lib.Stack(app, "Stack");
  for (let index = 0; index < count2; index++) {
    declare(kind2, stack, `Declaration${index}`, { name: nameOf(index), mutability: ecr2.TagMutability.IMMUTABLE_WITH_EXCLUSION, filter: "latest" });
  }
  const constructed = performance.now();
  const template = app.synth().getStackByName("Stack").template;
  const end = performance.now();
  return { template, construct: constructed - start, synth: end - constructed };
}

// bench/app/measure-synth.ts
var [kind, count] = process.argv.slice(2);
var { construct, synth } = synthesize(kind, Number(count));
console.log(JSON.stringify({ construct, synth }));
