"""YAML text to a validated model, with a position for everything that is wrong."""
