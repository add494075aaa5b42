"""What is in the scratch schema at one moment, and how two moments differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_batch_ops.scenarios.database import Database, quoted
from dbt_batch_ops.scenarios.table import Table

Content = Mapping[str, Any]
NEW_KEY = "with the key of a new row"
_SHOWN = 3


@dataclass(frozen=True)
class Contents:
    """The rows of the scratch table, what was done to them, and what was called.

    Attributes:
        rows: Each row by its key, as JSON.
        changes: How often each row was changed, by kind and key; of new rows, the kind alone.
        calls: How often each function was given each value.
        file: The lines of the exported file.
        order: The keys of changed rows in the order of the changes.
    """

    rows: Mapping[str, Content]
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    file: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """How many changes and calls there were."""
        return self.changes.total() + self.calls.total() + len(self.file)


def contents(database: Database, table: Table, file: Iterable[str] = ()) -> Contents:
    """Return what is in the scratch schema now.

    Rows that were not there in the beginning have keys that nobody can tell, so that what happened to them is
    counted without their keys.

    Args:
        database: The database.
        table: The scratch table.
        file: The lines of the exported file.
    """
    schema = quoted(table.schema)
    rows = [row for (row,) in database.rows(f"select to_jsonb(scratch) from {table.sql} as scratch")]
    first = [row for (row,) in database.rows(f"select to_jsonb(scratch) from {schema}.initial as scratch")]
    known = {_key(row, table) for row in first}
    changes = database.rows(f"select change, row_key from {schema}.changes order by change_id")
    calls = database.rows(f"select function, input from {schema}.calls")
    new = {_text(row[table.key[0]]) for row in rows if len(table.key) == 1 and _key(row, table) not in known}
    return Contents(
        {_key(row, table): row for row in rows},
        Counter((change, _text(key) if _text(key) in known else "") for change, key in changes),
        Counter((function, NEW_KEY if _text(value) in new else _text(value)) for function, value in calls),
        tuple(file),
        tuple(dict.fromkeys(_text(key) for _, key in changes if _text(key) in known)),
    )


def volatile_columns(first: Contents, second: Contents) -> frozenset[str]:
    """Return the columns that do not come out the same when the same is done twice: of times, for example.

    Args:
        first: What came out once.
        second: What came out the other time.
    """
    differing: set[str] = set()
    for key, row in first.rows.items():
        other = second.rows.get(key)
        if other is not None:
            differing |= {name for name in row if row[name] != other[name]}
    for name in {name for row in first.rows.values() for name in row}:
        if _column(first, name) != _column(second, name):
            differing.add(name)
    return frozenset(differing)


def differences(
    before: Contents, expected: Contents, actual: Contents, volatile: frozenset[str], new: frozenset[str]
) -> list[str]:
    """Return what is otherwise than expected, each in a line.

    Args:
        before: What was there before.
        expected: What should be there; a volatile column only says whether it is changed.
        actual: What is there.
        volatile: The columns whose values nobody can tell.
        new: The columns that a new row gets from the database.
    """
    # How often comes first: it is why, where a row is wrong because it was changed twice.
    found = _counter_differences(expected.changes, actual.changes, "changed")
    found += _counter_differences(expected.calls, actual.calls, "called")
    for key in sorted(expected.rows.keys() | actual.rows.keys()):
        if key in before.rows:
            found += _row_differences(key, before, expected, actual, volatile)
    found += _new_row_differences(before, expected, actual, volatile | new)
    if expected.file != actual.file:
        found.append(
            f"the file has {len(actual.file)} lines where {len(expected.file)} are expected: "
            f"{_listed(sorted(set(expected.file) ^ set(actual.file)))}"
        )
    return found


def excess(
    before: Contents, expected: Contents, actual: Contents, volatile: frozenset[str], new: frozenset[str]
) -> list[str]:
    """Return what is neither as before nor as expected, when only a part is expected to be done.

    Args:
        before: What was there before.
        expected: What should be there in the end.
        actual: What is there.
        volatile: The columns whose values nobody can tell.
        new: The columns that a new row gets from the database.
    """
    found: list[str] = []
    for key, old in before.rows.items():
        done, to_do = _changes_of(key, actual), _changes_of(key, expected)
        if 0 < done < to_do:
            continue  # Some of the steps that change it are done.
        row = (expected if done else before).rows.get(key)
        now = actual.rows.get(key)
        if (row is None) != (now is None) or (row and now and not _is_same(old, row, now, volatile)):
            found.append(f"row {key} {'was changed to' if done else 'is'} {_shown(now)}, not {_shown(row)}")
    surplus = _new_rows(before, actual, volatile | new) - _new_rows(before, expected, volatile | new)
    if surplus and not any(change == "update" for change, _ in expected.changes):
        found.append(f"{surplus.total()} new rows are there that should not be, as {_listed(surplus)}")
    for what, wanted, counts in (
        ("changed", expected.changes, actual.changes),
        ("called", expected.calls, actual.calls),
    ):
        found += [
            f"{_named(item)} was {what} {_times(counts[item])}, not {_times(wanted[item])} at most"
            for item in counts - wanted
        ]
    if actual.file != expected.file[: len(actual.file)]:
        found.append("the file does not begin with the rows that are expected")
    return found


def _changes_of(key: str, found: Contents) -> int:
    return sum(count for (_, of), count in found.changes.items() if of == key)


def _row_differences(
    key: str, before: Contents, expected: Contents, actual: Contents, volatile: frozenset[str]
) -> list[str]:
    wanted, row = expected.rows.get(key), actual.rows.get(key)
    if wanted is None or row is None:
        return [f"row {key} is {_shown(row)}, not {_shown(wanted)}"] if wanted != row else []
    old = before.rows[key]
    if _is_same(old, wanted, row, volatile):
        return []
    names = [name for name in wanted if not _is_same_value(name, old, wanted, row, volatile)]
    return [
        f"row {key}: {name} is {row[name]!r}, not "
        + (
            repr(wanted[name])
            if name not in volatile
            else "changed"
            if wanted[name] != old[name]
            else "as before"
        )
        for name in names
    ]


def _is_same(old: Content, wanted: Content, row: Content, volatile: frozenset[str]) -> bool:
    return all(_is_same_value(name, old, wanted, row, volatile) for name in wanted)


def _is_same_value(name: str, old: Content, wanted: Content, row: Content, volatile: frozenset[str]) -> bool:
    if name not in volatile:
        return bool(wanted[name] == row[name])
    return bool((wanted[name] == old[name]) == (row[name] == old[name]))


def _new_row_differences(
    before: Contents, expected: Contents, actual: Contents, ignored: frozenset[str]
) -> list[str]:
    wanted, there = _new_rows(before, expected, ignored), _new_rows(before, actual, ignored)
    missing, surplus = wanted - there, there - wanted
    found = []
    if missing:
        found.append(f"{missing.total()} new rows are missing, as {_listed(missing)}")
    if surplus:
        found.append(f"{surplus.total()} new rows are there that should not be, as {_listed(surplus)}")
    return found


def _new_rows(before: Contents, found: Contents, ignored: frozenset[str]) -> Counter[str]:
    return Counter(
        _text({name: value for name, value in row.items() if name not in ignored})
        for key, row in found.rows.items()
        if key not in before.rows
    )


def _counter_differences(
    expected: Counter[tuple[str, str]], actual: Counter[tuple[str, str]], what: str
) -> list[str]:
    return [
        f"{_named(item)} was {what} {_times(actual[item])}, not {_times(expected[item])}"
        for item in sorted(expected.keys() | actual.keys())
        if expected[item] != actual[item]
    ]


def _named(item: tuple[str, str]) -> str:
    what, value = item
    if what in ("update", "delete", "insert"):
        return f"row {value} ({what})" if value else f"a new row ({what})"
    return f"{what} {value}".strip()


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _shown(row: Content | None) -> str:
    return "not there" if row is None else _text(row)


def _listed(items: Iterable[str]) -> str:
    shown = list(items)
    return ", ".join(shown[:_SHOWN]) + (" ..." if len(shown) > _SHOWN else "")


def _column(found: Contents, name: str) -> Counter[str]:
    return Counter(_text(row.get(name)) for row in found.rows.values())


def _key(row: Content, table: Table) -> str:
    return _text({name: row[name] for name in table.key})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
