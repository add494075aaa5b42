"""Delivery of the messages that the engine writes into its outbox, by mail and by webhook."""
