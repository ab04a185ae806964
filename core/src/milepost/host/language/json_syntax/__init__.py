"""The same language in JSON: from characters to the tree."""
