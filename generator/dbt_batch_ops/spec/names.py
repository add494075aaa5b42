"""Names that specs may give: operations and parameters become names in Jinja, where many are taken."""

from __future__ import annotations

import re

LONGEST_NAME = 63
"""Characters of an operation's or a parameter's name: the length of a PostgreSQL name."""

_OPERATION = re.compile(r"[a-z_][a-z0-9_]*")
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARGUMENTS = ("operation_id", "idempotency_key", "dry_run", "confirm")
"""The arguments of every generated macro, besides its own."""

OWN_NAMES = frozenset(
    {
        *_ARGUMENTS,
        *("kwargs", "varargs", "caller", "b", "run_started_at", "where", "row", "apply"),
    }
)
"""Names that a generated macro uses itself."""

_JINJA_WORDS = _words(
    """
    and as autoescape block break call context continue do elif else endblock endcall endfilter endfor
    endif endmacro endset endwith extends false False filter for from if ignore import in include is loop
    macro missing namespace none None not or pluralize raw recursive required scoped self set super trans
    true True with without
    """
)

_PYTHON_WORDS = _words(
    """
    assert async await class def del except finally global lambda nonlocal pass raise return try while
    yield
    """
)
"""Jinja compiles a macro's arguments to Python, where these cannot be names."""

_DBT_CONTEXT = _words(
    """
    adapter api applymacro builtins column_name config connection_name context cycler database dbt
    dbt_batch_ops dbt_metadata_envs dbt_version debug defer dict diff_of_two_dicts doc env_var execute
    exceptions flags fromjson fromyaml function graph invocation_args_dict invocation_id joiner lipsum
    load_agate_table load_result local_md5 log macro metrics model modules namespace on_run_end_context
    pre_hooks post_hooks print project_name query range ref render return run run_query schema schemas
    selected_resources set_strict set snapshot source sql statement store_raw_result store_result
    submit_python_job target this thread_id tojson toyaml try_or_compiler_error var validation write zip
    zip_strict
    """
)
"""What dbt puts into the context of a macro; a macro or argument of that name would hide it."""

_DBT_MACROS = _words(
    """
    after_commit alter_column_type before_begin can_clone_table collect_freshness convert_datetime
    create_columns create_schema current_timestamp date_trunc dateadd datediff drop_relation drop_schema
    escape_single_quotes except generate_alias_name generate_database_name generate_schema_name
    generate_series get_columns_in_query hash in_transaction incremental_validate_on_schema_change
    intersect is_incremental last_day length list_schemas load_csv_rows load_relation make_hook_config
    make_temp_relation materialization noop_statement partition_range position rename_relation replace
    right run_hooks safe_cast should_full_refresh should_revoke should_store_failures split_part
    string_literal test truncate_relation unique_key not_null unique accepted_values relationships
    """
)
"""Macros of dbt itself; a macro of the project with the same name would replace them everywhere."""


def operation_name_problem(name: str) -> str | None:
    """Return why a name cannot be an operation's, or ``None``.

    Args:
        name: The value of ``operation``, which becomes the macro's name.
    """
    if not _OPERATION.fullmatch(name):
        return "becomes a macro: use small letters, digits and underscores, not beginning with a digit"
    if len(name) > LONGEST_NAME:
        return f"has {len(name)} characters; at most {LONGEST_NAME} are allowed"
    if name in _JINJA_WORDS | _PYTHON_WORDS | _DBT_CONTEXT | _DBT_MACROS | OWN_NAMES:
        return "is a name that dbt or Jinja uses itself; choose another"
    if name.endswith(("__statements", "__definition", "__preconditions")) or name.startswith(
        ("default__", "postgres__", "dbt_batch_ops__")
    ):
        return "is a form of name that dbt or this package uses itself; choose another"
    return None


def step_name_problem(name: str) -> str | None:
    """Return why a name cannot be a step's, or ``None``.

    Args:
        name: The value of ``name`` in a step, which becomes a part of a macro's name.
    """
    if not _OPERATION.fullmatch(name):
        return (
            "becomes part of a macro: use small letters, digits and underscores, not beginning with a digit"
        )
    if len(name) > LONGEST_NAME:
        return f"has {len(name)} characters; at most {LONGEST_NAME} are allowed"
    if name in _ARGUMENTS:
        return "is the name of an argument that every operation has; choose another"
    return None


def statements_macro(operation: str, step: str | None) -> str:
    """Return the name of the macro with the statements of an operation, or of one of its steps.

    Args:
        operation: The operation's name.
        step: The step's; ``None`` for an operation without steps.
    """
    return f"{operation}__statements" if step is None else f"{operation}__{step}__statements"


def parameter_name_problem(name: str) -> str | None:
    """Return why a name cannot be a parameter's, or ``None``.

    Args:
        name: The name after ``:`` or under ``parameters``, which becomes an argument of the macro.
    """
    if not _PARAMETER.fullmatch(name):
        return "becomes an argument of a macro: use letters, digits and underscores, beginning with a letter"
    if len(name) > LONGEST_NAME:
        return f"has {len(name)} characters; at most {LONGEST_NAME} are allowed"
    if name in _JINJA_WORDS | _PYTHON_WORDS | _DBT_CONTEXT | OWN_NAMES or name.startswith("__"):
        return "is a name that dbt, Jinja or the generated macro uses itself; choose another"
    return None
