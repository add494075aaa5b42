"""What goes wrong in the database of a run on ``ware``: triggers and constraints, and their mending."""

from dataclasses import dataclass

from support.faults.kinds_of_work import Kind

_RAISE = """
create function strike() returns trigger language plpgsql as $$
declare
    v_number integer := case tg_op when 'DELETE' then old.number else new.number end;
begin
    if v_number = any('{numbers}'::integer[]) and ({when}) then
        {what};
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
"""
_BEFORE = (
    "create trigger strike before insert or update or delete on ware for each row execute function strike();"
)
_DEFERRED = """
create constraint trigger strike after insert or update or delete on ware
deferrable initially deferred for each row execute function strike();
"""
_MENDED = "drop function strike() cascade;"


@dataclass(frozen=True)
class Strike:
    """Something that fails, and how it is mended.

    Attributes:
        sqlstate: What it fails with.
        cause: SQL that makes it so.
        mended: SQL that takes it back.
        constraint: The constraint that the error names.
        text: A part of the message.
    """

    sqlstate: str
    cause: str
    mended: str = _MENDED
    constraint: str | None = None
    text: str = ""


def raising(sqlstate: str, numbers: list[int], when: str = "true") -> Strike:
    """An exception that a trigger raises for rows of these numbers."""
    what = f"raise exception 'ware % may not change', v_number using errcode = '{sqlstate}'"
    return Strike(sqlstate, _trigger(what, numbers, when) + _BEFORE, text="may not change")


def passing(sqlstate: str, numbers: list[int], times: int) -> Strike:
    """The same, but only so many times: a sequence goes on counting when everything else is rolled back."""
    return raising(sqlstate, numbers, f"nextval('strikes') <= {times}")


def deferred(numbers: list[int]) -> Strike:
    """A constraint that is checked when a transaction commits, unless somebody asks for it before."""
    what = "raise exception 'ware % may not change', v_number using errcode = '23Z99'"
    return Strike("23Z99", _trigger(what, numbers) + _DEFERRED, text="may not change")


def uncastable(numbers: list[int]) -> Strike:
    """A value that is no number where one is needed."""
    return Strike(
        "22P02",
        _trigger("perform 'heavy'::integer", numbers) + _BEFORE,
        text="invalid input syntax for type integer",
    )


def slow(numbers: list[int], seconds: float) -> Strike:
    """Rows that each take their time."""
    return Strike("57014", _trigger(f"perform pg_sleep({seconds})", numbers) + _BEFORE)


def constraint(kind: Kind, numbers: list[int]) -> Strike:
    """A constraint that rows of these numbers violate when they are changed."""
    listed = ", ".join(map(str, numbers))
    if kind.name == "delete":
        return Strike(
            "23503",
            "create table promise (ware_id bigint constraint promised references ware);"
            f"insert into promise select unnest(array[{listed}])",
            "drop table promise",
            "promised",
            'violates foreign key constraint "promised"',
        )
    return Strike(
        "23514",
        f"alter table ware add constraint unlucky check (number not in ({listed}) or writes = 0)",
        "alter table ware drop constraint unlucky",
        "unlucky",
        'violates check constraint "unlucky"',
    )


def _trigger(what: str, numbers: list[int], when: str = "true") -> str:
    return _RAISE.format(what=what, numbers="{" + ",".join(map(str, numbers)) + "}", when=when)
