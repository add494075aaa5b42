{#-
  The newest version of a table, none where a table has none; recorded with each intent, so that the log can be asked later what came after it.

  Args:
    relation (Relation): the table.
    since (int): a version that the table is known to have had; spares reading the log before it.

  Sail has no `DESCRIBE HISTORY` and no names of files in a query. The versions in a log follow each other, and a clean-up
  removes the oldest. So the commits from version x on, where they are fewer than all, tell the newest one: x + commits - 1;
  and such an x is found by bisection. Where a commit has no `commitInfo` the answer is too low, which is the safe side: a log
  that reaches back to it reaches back to the real one.
-#}
{% macro _portable_version(relation, since=0) %}
    {{ return(adapter.dispatch("_portable_version", "dbt_batch_ops")(relation, since)) }}
{% endmacro %}

{% macro default___portable_version(relation, since=0) %}
    {{ return(none) }}
{% endmacro %}

{% macro spark___portable_version(relation, since=0) %}
    {%- if not dbt_batch_ops._portable_is_sail() -%}
        {{ return(dbt_batch_ops._portable_rows("describe history " ~ relation ~ " limit 1")[0]["version"] | int) }}
    {%- endif -%}
    {%- set since = since | int -%}
    {%- set all = dbt_batch_ops._portable_commits(relation, since) -%}
    {%- if all == 0 -%}
        {%- do dbt_batch_ops._fail(
            "There is no Delta log with a version " ~ since ~ " or later in " ~ dbt_batch_ops._portable_location(relation)
            ~ ". Is table " ~ relation ~ " really there? Correct batch_ops_locations in dbt_project.yml."
        ) -%}
    {%- endif -%}
    {%- if dbt_batch_ops._portable_commits(relation, since, only=true) -%}
        {{ return(since + all - 1) }}
    {%- endif -%}
    {#- The log was cleaned up: the newest version is in [low, high). -#}
    {%- set search = namespace(low=since + all, high=2 ** 62, step=all, found=none) -%}
    {%- for attempt in range(128) if search.found is none -%}
        {%- set tried = [search.low + search.step, (search.low + search.high) // 2] | min -%}
        {%- set later = dbt_batch_ops._portable_commits(relation, tried) -%}
        {%- if later == 0 -%}
            {%- set search.high = tried -%}
        {%- elif later < all -%}
            {%- set search.found = tried + later - 1 -%}
        {%- else -%}
            {%- set search.low = tried -%}
            {%- set search.step = search.step * 2 -%}
        {%- endif -%}
        {%- if search.found is none and search.low + 1 >= search.high -%}
            {%- set search.found = search.low -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(search.found) }}
{% endmacro %}
