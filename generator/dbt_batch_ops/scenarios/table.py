"""The scratch table of an operation: as the real one where there is one, else as the spec's fields say."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.scenarios.database import Database, RefusedError, literal, quoted
from dbt_batch_ops.scenarios.values import Kind


class UnmadeError(Exception):
    """Nothing can be tried with an operation; the message says why."""


@dataclass(frozen=True)
class Column:
    """A column of the scratch table.

    Attributes:
        name: Its name.
        type: Its type, with length or precision.
        kind: What its values look like.
        is_required: Whether it must not be null.
        makes_itself: Whether the database gives it a value that nobody can tell beforehand.
        is_computed: Whether it is computed from other columns and cannot be written.
    """

    name: str
    type: str
    kind: Kind
    is_required: bool
    makes_itself: bool
    is_computed: bool


@dataclass(frozen=True)
class Table:
    """The scratch table.

    Attributes:
        schema: The scratch schema.
        name: Its name.
        columns: Its columns.
        key: The columns of its key.
        checks: Its check constraints, as SQL.
        is_real: Whether it is made as a table of the database is.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[str, ...]
    is_real: bool

    @property
    def sql(self) -> str:
        """Its name in SQL."""
        return quoted(self.schema, self.name)

    @property
    def writable(self) -> tuple[Column, ...]:
        """The columns that can be written."""
        return tuple(column for column in self.columns if not column.is_computed)

    def column(self, name: str | None) -> Column | None:
        """Return the column of a name."""
        return next((column for column in self.columns if column.name == name), None)


_COLUMNS = """
select
    attributes.attname::text,
    pg_catalog.format_type(attributes.atttypid, attributes.atttypmod),
    attributes.attnotnull,
    attributes.attidentity <> ''
    or coalesce(pg_catalog.pg_get_expr(defaults.adbin, defaults.adrelid) ~* '(nextval|uuid)', false),
    attributes.attgenerated <> '',
    attributes.atttypid,
    attributes.atttypmod
from pg_catalog.pg_attribute as attributes
left join pg_catalog.pg_attrdef as defaults
    on attributes.attrelid = defaults.adrelid and attributes.attnum = defaults.adnum
where attributes.attrelid = {table}::regclass and attributes.attnum > 0 and not attributes.attisdropped
order by attributes.attnum
"""
_KIND = """
with recursive bases (oid, typmod, depth) as (
    select {oid}::oid, {typmod}, 0
    union all
    select
        types.typbasetype,
        case when types.typtypmod >= 0 then types.typtypmod else bases.typmod end,
        depth + 1
    from bases
    inner join pg_catalog.pg_type as types on bases.oid = types.oid
    where types.typtype = 'd'
),
base as (select * from bases order by depth desc limit 1)
select
    case when types.typelem <> 0 and types.typlen = -1 and types.typcategory = 'A' then types.typelem end,
    pg_catalog.format_type(types.oid, null),
    pg_catalog.format_type(types.oid, base.typmod),
    array(
        select enumlabel::text from pg_catalog.pg_enum where enumtypid = types.oid order by enumsortorder
    )
from base
inner join pg_catalog.pg_type as types on base.oid = types.oid
"""
_KEY = """
select attributes.attname::text
from pg_catalog.pg_index as indexes
cross join unnest(indexes.indkey) with ordinality as keys (attnum, place)
inner join pg_catalog.pg_attribute as attributes
    on indexes.indrelid = attributes.attrelid and keys.attnum = attributes.attnum
where indexes.indrelid = {table}::regclass and indexes.indisprimary
order by keys.place
"""
_CHECKS = """
select pg_catalog.pg_get_expr(conbin, conrelid)
from pg_catalog.pg_constraint where conrelid = {table}::regclass and contype = 'c'
union all
select pg_catalog.pg_get_constraintdef(constraints.oid)
from pg_catalog.pg_attribute as attributes
inner join pg_catalog.pg_constraint as constraints on attributes.atttypid = constraints.contypid
where attributes.attrelid = {table}::regclass and attributes.attnum > 0
"""
_SERIALS = """
select attributes.attname::text, pg_catalog.format_type(attributes.atttypid, null)
from pg_catalog.pg_attrdef as defaults
inner join pg_catalog.pg_attribute as attributes
    on defaults.adrelid = attributes.attrelid and defaults.adnum = attributes.attnum
where
    defaults.adrelid = {table}::regclass
    and attributes.attgenerated = ''
    and pg_catalog.pg_get_expr(defaults.adbin, defaults.adrelid) ~* 'nextval'
"""


def make_table(database: Database, plan: OperationPlan, schema: str, real: tuple[str, str] | None) -> Table:
    """Make the scratch table of an operation, empty.

    Args:
        database: The database.
        plan: The operation.
        schema: The scratch schema.
        real: Schema and name of the table that the operation changes, if it is there.

    Raises:
        UnmadeError: It cannot be made.
    """
    name = plan.target.names[-1]
    table = quoted(schema, name)
    try:
        if real is None:
            _create_from_fields(database, plan, table)
        else:
            _create_like(database, table, quoted(*real), schema)
        columns = tuple(_column(database, *row) for row in database.rows(_of(_COLUMNS, table)))
        primary = tuple(name for (name,) in database.rows(_of(_KEY, table)))
        checks = tuple(text for (text,) in database.rows(_of(_CHECKS, table)) if text)
    except RefusedError as refused:
        raise UnmadeError(f"the scratch table cannot be made: {refused.message}") from refused
    key = plan.key or primary or (("id",) if any(c.name == "id" for c in columns) else ())
    if not key:
        raise UnmadeError("the key of its table is not known: the spec names none and the table is not there")
    return Table(schema, name, columns, key, checks, real is not None)


def kind_of(database: Database, type_name: str) -> Kind:
    """Return what the values of a type look like.

    Raises:
        RefusedError: There is no such type.
    """
    oid, typmod = database.rows(f"select to_regtype({literal(type_name)})::oid, -1")[0]
    if oid is None:
        raise RefusedError("42704", f"there is no type {type_name}")
    return _kind(database, oid, typmod)


def _of(query: str, table: str) -> str:
    return query.format(table=literal(table))


def _create_like(database: Database, table: str, real: str, schema: str) -> None:
    parts = ("defaults", "constraints", "generated", "identity", "indexes", "storage")
    including = " ".join(f"including {part}" for part in parts)
    database.execute(f"create table {table} (like {real} {including})")
    # A default that counts on the real table's sequence would move that.
    for place, (column, type_name) in enumerate(database.rows(_of(_SERIALS, table))):
        sequence = quoted(schema, f"serial_{place}")
        database.execute(f"create sequence {sequence} as {type_name} owned by {table}.{quoted(column)}")
        database.execute(
            f"alter table {table} alter column {quoted(column)} set default nextval({literal(sequence)})"
        )


def _create_from_fields(database: Database, plan: OperationPlan, table: str) -> None:
    types = {name: _serial_as_number(text) for name, text in plan.fields}
    if not types:
        raise UnmadeError("the spec names no fields, and the table is not there")
    conflicts = sorted({step.conflict_target for step in plan.steps if step.conflict_target})
    key = plan.key or (("id",) if "id" in types else conflicts[0] if conflicts else ())
    inserted = {
        a.column for s in plan.steps for a in s.assignments if s.operation_type in ("insert", "upsert")
    }
    makes_rows = any(step.operation_type in ("insert", "upsert") for step in plan.steps)
    lines = []
    for name, type_name in types.items():
        is_key = name in key
        line = f"{quoted(name)} {type_name}"
        if is_key and makes_rows and name not in inserted:
            line += _own_key(type_name)
        lines.append(line + (" not null" if is_key else ""))
    if key:
        lines.append(f"primary key ({', '.join(map(quoted, key))})")
    lines += [f"unique ({', '.join(map(quoted, c))})" for c in conflicts if c != key]
    database.execute(f"create table {table} (\n    " + ",\n    ".join(lines) + "\n)")


def _serial_as_number(text: str) -> str:
    words = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint", "string": "text"}
    return {**words, "datetime": "timestamp", "double": "double precision"}.get(text.strip().lower(), text)


def _own_key(type_name: str) -> str:
    """Return how a key column gets a value when the operation gives it none."""
    word = type_name.strip().lower()
    if word in ("smallint", "integer", "int", "bigint", "int2", "int4", "int8"):
        return " generated by default as identity"
    return " default gen_random_uuid()" if word == "uuid" else ""


def _column(
    database: Database,
    name: str,
    type_name: str,
    is_required: bool,
    makes_itself: bool,
    is_computed: bool,
    oid: int,
    typmod: int,
) -> Column:
    return Column(name, type_name, _kind(database, oid, typmod), is_required, makes_itself, is_computed)


def _kind(database: Database, oid: int, typmod: int) -> Kind:
    element, name, full, labels = database.rows(_KIND.format(oid=oid, typmod=typmod))[0]
    if element is not None:
        inner = _kind(database, element, typmod)
        return Kind(inner.name, inner.length, inner.scale, inner.labels, is_array=True)
    length, scale = _limits(full)
    return Kind(name, length, scale, tuple(labels))


def _limits(full: str) -> tuple[int | None, int]:
    """Return what stands in the brackets of a type."""
    if not full.startswith(("character", "numeric")) or "(" not in full:
        return (63, 0) if full == "name" else (None, 0)
    numbers = full[full.index("(") + 1 : full.index(")")].split(",")
    return int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
