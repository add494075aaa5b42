{#- The one whom others wait for, as text: who, since when, what it did last, and how to end it. -#}
{% macro _blocker_lines(wait) %}
    {%- set since = wait.blocking_transaction_seconds -%}
    {%- if wait.blocking_pid is none -%}
        {%- set gid = wait.blocking_gid -%}
        {{ return([
            "",
            "A prepared transaction" ~ (" (" ~ gid ~ ")" if gid else "") ~ " blocks others. It belongs to no session:",
            "  who        " ~ (wait.blocking_user or "unknown; see pg_prepared_xacts")
            ~ (", prepared " ~ dbt_batch_ops._duration(since) ~ " ago" if since is not none else ""),
            "  to end it  " ~ (wait.command ~ ", unless whoever prepared it is going to commit it" if gid
                else "commit prepared or rollback prepared"),
        ]) }}
    {%- endif -%}
    {%- set lines = [
        "",
        "Process " ~ wait.blocking_pid ~ " blocks others"
        ~ (" and waits itself:" if wait.blocker_waits else " and waits for nobody:"),
        "  who        " ~ dbt_batch_ops._session_name(wait.blocking_user, wait.blocking_application),
        "  state      " ~ (wait.blocking_state or "unknown")
        ~ (", its transaction is " ~ dbt_batch_ops._duration(since) ~ " old" if since is not none else ""),
        "  statement  " ~ wait.blocking_statement,
    ] -%}
    {%- if wait.blocking_operation -%}
        {%- do lines.append("  batch run  " ~ dbt_batch_ops._session_run(
            wait.blocking_operation, wait.blocking_operation_id, wait.blocking_is_working
        )) -%}
    {%- endif -%}
    {%- do lines.append("  to end it  " ~ wait.command) -%}
    {{ return(lines) }}
{% endmacro %}
