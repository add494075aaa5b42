"""Messages in the outbox of a test, and what the ledger says of their delivery."""

import json
import uuid
from typing import Any

from support.database.database import Database

_WRITE = """
with written as (
    insert into batch_ops.notifications (operation_id, event, channels, subject, message, payload, created_at)
    values (
        %(run)s, %(event)s, %(channels)s, %(subject)s, %(message)s, %(payload)s,
        clock_timestamp() - make_interval(secs => %(age)s)
    )
    returning notification_id
)
select notification_id::text from written
"""
_FACTS = """
select jsonb_build_object(
    'operation_id', operation_id, 'operation', operation, 'target', target, 'status', status,
    'processed_records', processed_records, 'total_records', total_records, 'total_is_exact', total_is_exact,
    'failed_records', failed_records, 'error_count', error_count, 'batch_count', batch_count,
    'seconds', active_seconds, 'records_per_second', records_per_second, 'started_at', started_at,
    'completed_at', completed_at, 'stop_reason', stop_reason
)
from batch_ops.run_overview order by started_at desc limit 1
"""
_ANOTHER_RUN = """
insert into batch_ops.runs
select (jsonb_populate_record(runs, jsonb_build_object(
    'operation_id', gen_random_uuid(), 'status', 'completed', 'closed_at', clock_timestamp()
))).*
from batch_ops.runs where operation_id = %s
returning operation_id::text
"""
_STATES = """
select notification_id::text, channel, attempts, delivered_at is not null, gave_up_at is not null, last_error
from batch_ops.deliveries inner join batch_ops.notifications using (notification_id)
order by sequence_number, channel
"""


class Outbox:
    """The outbox, written as the engine writes it, beside a run that has really run.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.facts: dict[str, Any] = database.value(_FACTS)
        self.operation_id: str = self.facts["operation_id"]

    def write(
        self,
        event: str = "ended",
        *,
        channels: tuple[str, ...] = (),
        subject: str = "touch_items: completed",
        message: str = "All done.",
        age: float = 0,
        run: str | None = None,
        is_told: bool = True,
        **facts: Any,
    ) -> str:
        """Write a message in one transaction, and tell of it; returns its id.

        Args:
            event: What it tells of.
            channels: Where it goes; nothing stands for all that are set up.
            subject: Its subject.
            message: Its text.
            age: How many seconds ago it was written.
            run: The run that it tells of, if not the first one.
            is_told: Whether those who listen are told; false stands for news that was lost.
            facts: What of the facts is different.
        """
        payload = {**self.facts, "event": event, **facts}
        with self.database.session(autocommit=False) as session, session.cursor() as cursor:
            cursor.execute(
                _WRITE,
                {
                    "run": run or self.operation_id,
                    "event": event,
                    "channels": list(channels),
                    "subject": subject,
                    "message": message,
                    "payload": json.dumps(payload),
                    "age": age,
                },
            )
            (notification_id,) = cursor.fetchone()
            if is_told:
                cursor.execute("select pg_notify('batch_ops_notifications', %s)", [notification_id])
            session.commit()
        return str(uuid.UUID(notification_id))

    def another_run(self) -> str:
        """Return the id of another run like the first one."""
        return str(self.database.value(_ANOTHER_RUN, [self.operation_id]))

    def states(self) -> dict[tuple[str, str], tuple[int, bool, bool, str | None]]:
        """Return attempts, whether delivered, whether given up and the last error, by message and channel."""
        return {(row[0], row[1]): tuple(row[2:]) for row in self.database.rows(_STATES)}  # type: ignore[misc]

    def state(self, notification_id: str, channel: str) -> tuple[int, bool, bool, str | None]:
        """Return that of one."""
        return self.states()[notification_id, channel]

    def make_due(self) -> None:
        """Let the pauses and leases of all messages be over, as if time had passed."""
        self.database.execute("update batch_ops.deliveries set next_attempt_at = clock_timestamp()")

    def put_off(self) -> None:
        """Let no message be due for an hour, however slow the machine is."""
        self.database.execute(
            "update batch_ops.deliveries set next_attempt_at = clock_timestamp() + interval '1 hour'"
        )

    def everything(self) -> str:
        """Return all that the ledger holds, as text, to look for what must not be in it."""
        tables = [
            name
            for (name,) in self.database.rows(
                "select relname from pg_class "
                "where relnamespace = 'batch_ops'::regnamespace and relkind = 'r'"
            )
        ]
        return "\n".join(
            str(row)
            for table in tables
            for row in self.database.rows(f"select t.* from batch_ops.{table} as t")
        )
