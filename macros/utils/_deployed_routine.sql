{#-
  The text of a deployed function or procedure: typed arguments, and the operation's statements as they are now.

  Args:
    name (str): its qualified, quoted name.
    kind (str): `function` (one transaction) or `procedure` (commits every batch).
-#}
{% macro _deployed_routine(request, name, kind) %}
    {%- set arguments = [] -%}
    {%- set values = [] -%}
    {%- for parameter, live in request.target.parameters.items() -%}
        {%- set declared = request.description.parameters[parameter] -%}
        {%- set default = " default " ~ (
            "null" if declared.default is none else dbt_batch_ops._default_literal(declared.default, live.type)
        ) if "default" in declared else "" -%}
        {%- do arguments.append(dbt_batch_ops._quote(parameter) ~ " " ~ live.type ~ default) -%}
        {%- do values.append(
            dbt_batch_ops._literal(parameter) ~ ", " ~ "pg_catalog.to_jsonb(" ~ dbt_batch_ops._quote(parameter) ~ ")"
        ) -%}
    {%- endfor -%}
    {%- set object = "pg_catalog.jsonb_build_object(" ~ values | join(", ") ~ ")" -%}
    {%- set request_text = dbt_batch_ops._json(request) -%}
    {%- if kind == "function" -%}
        {%- set body = "begin\n    return batch_ops.run_in_transaction(\n        " ~ request_text ~ ",\n        "
            ~ object ~ "\n    );\nend" -%}
        {%- set returns = "returns batch_ops.batch_operation_result\n" -%}
        {%- set comment = "One transaction: no pause, no progress, one worker; a rollback of the caller takes all of it back." -%}
    {%- else -%}
        {%- do arguments.append("inout result batch_ops.batch_operation_result default null") -%}
        {%- set body = "begin\n    call batch_ops.run_in_batches(\n        " ~ request_text ~ ",\n        "
            ~ object ~ ",\n        result\n    );\nend" -%}
        {%- set returns = "" -%}
        {%- set comment = "Commits every batch; CALL it outside a transaction block." -%}
    {%- endif -%}
    {%- set signature = name ~ "(" ~ arguments | join(", ") ~ ")" -%}
    {{ return(
        "create or replace " ~ kind ~ " " ~ signature ~ "\n" ~ returns
        ~ "language plpgsql\nas " ~ dbt_batch_ops._literal("#variable_conflict use_variable\n" ~ body) ~ ";\n"
        ~ "comment on " ~ kind ~ " " ~ name ~ " is " ~ dbt_batch_ops._literal(
            "Batch operation " ~ request.description.operation ~ ", generated from " ~ request.description.spec_path
            ~ " (spec " ~ request.description.spec_hash ~ "). " ~ comment
        )
    ) }}
{% endmacro %}
