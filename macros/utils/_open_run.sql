{#-
  Opens a run in one transaction and returns its summary; fails with the reason when it may not start.
-#}
{% macro _open_run(definition, given) %}
    {%- set description = definition.description -%}
    {%- set request = dbt_batch_ops._prepare(definition, given) -%}
    {%- set opened = dbt_batch_ops._ask_in_transaction("open_run(" ~ dbt_batch_ops._json(request) ~ ")") -%}
    {%- if opened.same_key and opened.reason is not defined -%}
        {%- set opened = dbt_batch_ops._answer_with_run(opened.existing, description, given) -%}
    {%- elif opened.existing and opened.same_key is not defined and description.on_duplicate_run == "resume" -%}
        {%- set opened = dbt_batch_ops._join_run(opened.existing, description, given["values"]) -%}
    {%- elif opened.status == "refused" -%}
        {%- do dbt_batch_ops._refuse(request.description, opened) -%}
    {%- elif opened.status == "planned" -%}
        {%- do dbt_batch_ops._show_plan(request, opened) -%}
    {%- else -%}
        {%- do dbt_batch_ops._say(description.operation ~ ", run " ~ opened.operation_id) -%}
        {%- do dbt_batch_ops._say("  " ~ dbt_batch_ops._scope_line(opened)) -%}
        {%- for line in dbt_batch_ops._source_lines(opened.steps[0]) + ([opened.warning] if opened.warning else []) -%}
            {%- do dbt_batch_ops._say("  " ~ line) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(opened) }}
{% endmacro %}
