package com.example.tagmutability;

import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.StackProps;

public final class TagMutabilityApp {
    private TagMutabilityApp() {
    }

    public static void main(final String[] args) {
        final App app = new App();

        new TagMutabilityStack(app, "TagMutability", StackProps.builder()
                .description("Which image tags may be pushed again")
                .env(Environment.builder()
                        .account(System.getenv("CDK_DEFAULT_ACCOUNT"))
                        .region(System.getenv("CDK_DEFAULT_REGION"))
                        .build())
                .build());

        app.synth();
    }
}
