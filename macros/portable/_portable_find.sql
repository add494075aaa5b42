{#-
  What a table's log says of a batch's statement. Final only after `_portable_fence`, or when the statement has returned.

  Args:
    relation (Relation): the table.
    mark (str): the batch's mark (`_portable_mark`).
    since (int): a version that the table had when the batch was intended (`_portable_version`).

  Returns (dict): `commits` (int: 0 when it is not there, more than 1 when it was applied more than once), `records` (int: rows
    changed, from the commits' metrics; none when it is not there), and `reaches` (bool): whether the log still reaches back
    to the intent. Not there where it does not is no answer: the batch is in doubt.

  The files of commits are read, not checkpoints: those keep no `commitInfo`.
-#}
{% macro _portable_find(relation, mark, since) %}
    {{ return(adapter.dispatch("_portable_find", "dbt_batch_ops")(relation, mark, since)) }}
{% endmacro %}

{% macro default___portable_find(relation, mark, since) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro spark___portable_find(relation, mark, since) %}
    {%- if not dbt_batch_ops._portable_is_sail() -%}
        {{ return(dbt_batch_ops._portable_find_in_history(relation, mark, since)) }}
    {%- endif -%}
    {%- set files = dbt_batch_ops._portable_log_files(dbt_batch_ops._portable_location(relation), since) -%}
    {%- set found = namespace(records=none, commits=0) -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select value from text.`" ~ files ~ "` where value like '{\"commitInfo\"%' and instr(value, '" ~ mark ~ "') > 0"
    ) -%}
        {%- set commit = fromjson(row["value"])["commitInfo"] -%}
        {%- set parameters = commit.get("operationParameters", {}) -%}
        {%- if mark in parameters.get("predicate", "") ~ parameters.get("mergePredicate", "") -%}
            {%- set found.commits = found.commits + 1 -%}
            {%- set found.records = (found.records or 0)
                + dbt_batch_ops._portable_rows_of(commit["operation"], commit.get("operationMetrics", {})) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        "commits": found.commits,
        "records": found.records,
        "reaches": found.commits > 0 or dbt_batch_ops._portable_commits(relation, since, only=true) > 0,
    }) }}
{% endmacro %}
