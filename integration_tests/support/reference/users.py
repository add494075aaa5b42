"""Users for the reference document's specs on engines other than PostgreSQL, and what has to be left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

COUNT = 40

_IS_INACTIVE = range(0, COUNT, 2)


def user_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{10**11 + number}"


def users_query(source: str, number: str, id_type: str, moment: str) -> str:
    """A query of users in the SQL that DuckDB and Spark share.

    Args:
        source: Where ``number`` comes from, as a FROM has it.
        number: The number of a user there.
        id_type: The type of the key.
        moment: The type of a point in time.
    """
    return f"""
    select
        cast(concat('00000000-0000-0000-0000-', {10**11} + {number}) as {id_type}) as id,
        concat('user', {number}, '@example.com') as email,
        case when {number} % 3 = 0 then 'pending' else 'active' end as status,
        cast(null as timestamp) as updated_at,
        cast(case when {number} % 4 = 0 then {number} end as bigint) as legacy_id,
        {number} % 5 = 0 as is_admin,
        case when {number} % 2 = 0 then cast('2020-01-01 00:00:00' as {moment})
            else cast(current_timestamp as {moment}) end as last_login_at,
        cast(null as {moment}) as migrated_at,
        cast(null as varchar(9)) as migration_version,
        cast(null as {moment}) as deactivated_at,
        cast(null as varchar(99)) as deactivation_reason
    from {source}
    """


@dataclass(frozen=True)
class Trial:
    """A spec that is run.

    Attributes:
        is_changed: Whether a user is one of those that it has to change.
        expected: Values that it gives to them.
        moment: The column that gets the time.
        arguments: What it is given.
        is_confirmed: Whether it is planned first.
    """

    is_changed: Callable[[int], bool]
    expected: Mapping[str, Any]
    moment: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    is_confirmed: bool = False

    def assert_done(self, users: list[dict[str, Any]]) -> None:
        """Every user that it is about has the values, and no other has a moment of the run."""
        assert len(users) == COUNT
        for user in users:
            number = int(str(user["id"])[-12:]) - 10**11
            assert (user[self.moment] is not None) == self.is_changed(number), user
            if self.is_changed(number):
                assert {name: user[name] for name in self.expected} == dict(self.expected)


TRIALS: Mapping[str, Trial] = {
    "bulk_update_user_status": Trial(
        is_changed=lambda number: number < 15,
        expected={"status": "closed"},
        moment="updated_at",
        arguments={"user_ids": [*map(user_id, range(15)), user_id(COUNT)], "new_status": "closed"},
    ),
    "migrate_user_data": Trial(
        is_changed=lambda number: number % 4 == 0,
        expected={"migration_version": "2.0"},
        moment="migrated_at",
    ),
    "deactivate_inactive_users": Trial(
        is_changed=lambda number: number in _IS_INACTIVE and number % 3 != 0 and number % 5 != 0,
        expected={"status": "inactive", "deactivation_reason": "automated_inactive_cleanup"},
        moment="deactivated_at",
        is_confirmed=True,
    ),
}
"""The specs that these engines do, each with its trial."""
