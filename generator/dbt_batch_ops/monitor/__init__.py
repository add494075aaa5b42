"""Runs looked at while they work and afterwards: what the ledger says, as pictures for people and programs."""
