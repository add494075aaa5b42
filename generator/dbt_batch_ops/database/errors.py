"""What goes wrong around a database, in words that say what to do next."""


class DatabaseError(Exception):
    """A database could not be found, started or reached."""
