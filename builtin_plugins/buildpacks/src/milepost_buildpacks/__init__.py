"""The plugin `buildpacks`, also called `pack`: images made by Cloud Native Buildpacks, without a Dockerfile."""
