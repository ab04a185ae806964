"""The native syntax: from characters to the tree."""
