"""The validated model as pure data: statements, parameters and their hash."""
