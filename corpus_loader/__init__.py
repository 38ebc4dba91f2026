"""From law on disk (the digest, official text) to passages in the store."""
