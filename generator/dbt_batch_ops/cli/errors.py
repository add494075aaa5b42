"""What ends a command before it has begun."""


class ProjectError(Exception):
    """The command cannot start; the message says what to do."""
