{#-
  Keeps the values of parameters that meet a redacted column beside the ledger, which is only ever appended to: going on needs
  them, and they go when the run is completed or cancelled.
-#}
{% macro _portable_withhold(run, given) %}
    {%- if run.redacted -%}
        {%- set table = dbt_batch_ops._portable_withheld(run) -%}
        {%- set text = dbt_batch_ops._portable_literal -%}
        {%- do dbt_batch_ops._portable_create_table(table, {"name": "string", "content": "string"}) -%}
        {%- for name in run.redacted -%}
            {%- do run_query(
                "insert into " ~ table ~ " (name, content) values (" ~ text(name, "string") ~ ", "
                ~ text(tojson(given["values"][name]), "string") ~ ")"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
