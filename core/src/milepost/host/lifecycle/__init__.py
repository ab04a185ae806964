"""The lifecycle: how a request becomes operations, in order, whatever dies in between."""
