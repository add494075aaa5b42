"""What goes wrong before dbt itself can say something."""


class DbtError(Exception):
    """dbt cannot be started, or whoever runs it has died; the message says what to do next."""
