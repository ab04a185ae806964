"""What a plugin author tests with: fakes that implement the protocols, and contract tests for each role."""
