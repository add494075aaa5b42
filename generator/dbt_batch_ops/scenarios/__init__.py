"""Scenarios: operations that are run on data made for them, in a schema of their own."""
