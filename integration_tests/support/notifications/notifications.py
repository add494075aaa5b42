"""Notifications as they wait in the ledger."""

from dataclasses import dataclass
from typing import Any

from support.database.database import Database


@dataclass(frozen=True)
class Notification:
    """One row of ``batch_ops.notifications``."""

    id: str
    event: str
    channels: list[str]
    subject: str
    message: str
    payload: dict[str, Any]


def notifications(database: Database) -> list[Notification]:
    """Return what waits to be told, in the order in which it was written."""
    found = database.rows(
        """
        select notification_id::text, event, channels, subject, message, payload
        from batch_ops.notifications order by sequence_number
        """
    )
    return [Notification(*row) for row in found]


def events(database: Database) -> list[str]:
    """Return of what it tells."""
    return [notification.event for notification in notifications(database)]
