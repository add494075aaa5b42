{#-
  Takes out the staged rows of an upsert that a later row with the same conflict target replaces, and counts them in `source`.

  That is decided once for all rows, so that it does not depend on where a batch ends.
-#}
{% macro _portable_supersede(plan, step, table, source) %}
    {%- set count = "select count(*) from " ~ table -%}
    {%- set before = dbt_batch_ops._portable_value(count) | int -%}
    {%- if before > 0 -%}
        {%- do dbt_batch_ops._portable_take_out(table, dbt_batch_ops._portable_superseded(plan, step)) -%}
        {%- do source.update({"superseded": before - dbt_batch_ops._portable_value(count) | int}) -%}
    {%- endif -%}
{% endmacro %}
