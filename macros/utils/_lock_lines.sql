{#-
  The rows of `batch_ops.lock_waits` as text: each blocker with what to do about it, and below it who waits for it.

  A queue of n sessions behind one table makes n * n / 2 pairs, so there is an end to them; the first blocker is the one to
  look at.
-#}
{% macro _lock_lines(waits) %}
    {%- set limit = 30 -%}
    {%- set blocked = waits | map(attribute="blocked_pid") | unique | list | length -%}
    {%- set lines = [blocked ~ (" session waits" if blocked == 1 else " sessions wait") ~ " for a lock."] -%}
    {%- set ns = namespace(blocker=none) -%}
    {%- for wait in waits[:limit] -%}
        {%- set blocker = [wait.blocking_pid, wait.blocking_gid] -%}
        {%- if blocker != ns.blocker -%}
            {%- set ns.blocker = blocker -%}
            {%- do lines.extend(dbt_batch_ops._blocker_lines(wait)) -%}
        {%- endif -%}
        {%- do lines.extend([
            "",
            "  Process " ~ wait.blocked_pid ~ " waits for it, for " ~ dbt_batch_ops._duration(wait.waiting_seconds) ~ ":",
            "    who        " ~ dbt_batch_ops._session_name(wait.blocked_user, wait.blocked_application),
            "    wants      " ~ wait.lock_mode ~ " on " ~ wait.waits_for,
            "    statement  " ~ wait.blocked_statement,
        ]) -%}
        {%- if wait.blocked_operation -%}
            {%- do lines.append("    batch run  " ~ dbt_batch_ops._session_run(
                wait.blocked_operation, wait.blocked_operation_id, wait.blocked_is_working
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if waits | length > limit -%}
        {%- do lines.extend(["", "and " ~ (waits | length - limit) ~ " more pairs: select * from batch_ops.lock_waits()"]) -%}
    {%- endif -%}
    {%- if "<insufficient privilege>" in waits | map(attribute="blocked_statement") | list
        + waits | map(attribute="blocking_statement") | list -%}
        {%- do lines.extend([
            "",
            "Role " ~ target.user ~ " may not see what other roles do. To see it: GRANT pg_read_all_stats TO "
            ~ dbt_batch_ops._quote(target.user)
        ]) -%}
    {%- endif -%}
    {{ return(lines) }}
{% endmacro %}
