"""Runs looked at, while they work and afterwards: what the ledger says, for people and programs."""
