{#-
  `_portable_find` on Delta with `DESCRIBE HISTORY`: the mark is the commit's `userMetadata` (`_portable_statement`).

  Written after Delta's documentation and not tested on any server; docs/engines.md says so.
-#}
{% macro _portable_find_in_history(relation, mark, since) %}
    {%- set found = namespace(records=none, commits=0, reaches=false) -%}
    {%- for commit in dbt_batch_ops._portable_rows("describe history " ~ relation) -%}
        {%- if commit["version"] | int <= since | int -%}
            {%- set found.reaches = true -%}
        {%- elif commit["usermetadata"] == mark -%}
            {%- set metrics = commit["operationmetrics"] -%}
            {%- set found.commits = found.commits + 1 -%}
            {%- set found.records = (found.records or 0) + dbt_batch_ops._portable_rows_of(
                commit["operation"], fromjson(metrics) if metrics is string else metrics
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        "commits": found.commits, "records": found.records, "reaches": found.reaches or found.commits > 0
    }) }}
{% endmacro %}
