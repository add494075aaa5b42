{#- Installs an operation as an SQL function and a procedure. Documented in _macros.yml. -#}
{% macro deploy(operation, schema=none) %}
    {{ return(adapter.dispatch("deploy", "dbt_batch_ops")(operation, schema)) }}
{% endmacro %}

{% macro default__deploy(operation, schema) %}
    {%- do dbt_batch_ops._refuse_adapter("deploy") -%}
{% endmacro %}

{% macro postgres__deploy(operation, schema) %}
    {%- set definition = dbt_batch_ops._definition(operation) -%}
    {%- set description = definition.description -%}
    {%- do dbt_batch_ops._check_generator_version(description) -%}
    {%- do dbt_batch_ops._check_engine(description) -%}
    {%- do dbt_batch_ops._refuse_export(description) -%}
    {%- if description.requires_confirmation -%}
        {%- do dbt_batch_ops._fail(
            operation ~ " asks for a confirmation, which a function inside the database cannot wait for. "
            ~ "Leave requires_confirmation out of its spec to deploy it."
        ) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._ensure_installed() -%}
    {%- do run_query("begin isolation level read committed") -%}
    {%- set request = dict(
        dbt_batch_ops._prepare(definition, dbt_batch_ops._no_arguments(description)),
        arguments={}, engine_hash=dbt_batch_ops._engine_hash()
    ) -%}
    {%- if request.target.shards -%}
        {%- do dbt_batch_ops._fail(
            operation ~ " changes a table with partitions on other servers, whose commits are not atomic: a function could not "
            ~ "take all of it back with its caller. Type: dbt run-operation " ~ operation
        ) -%}
    {%- endif -%}
    {%- set function = dbt_batch_ops._quote(schema or target.schema) ~ "." ~ dbt_batch_ops._quote(operation) -%}
    {%- set procedure = dbt_batch_ops._quote(schema or target.schema) ~ "." ~ dbt_batch_ops._quote(operation ~ "_in_batches") -%}
    {%- do dbt_batch_ops._drop_deployed(operation, schema or target.schema) -%}
    {%- do run_query(dbt_batch_ops._deployed_routine(request, function, "function")) -%}
    {%- do run_query(dbt_batch_ops._deployed_routine(request, procedure, "procedure")) -%}
    {%- do run_query("commit") -%}
    {%- do dbt_batch_ops._say(operation ~ " is deployed:") -%}
    {%- set arguments = [] -%}
    {%- for name, parameter in request.target.parameters.items() -%}
        {%- do arguments.append(name ~ " " ~ parameter.type) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._say("  select * from " ~ function ~ "(" ~ arguments | join(", ") ~ ")   in the caller's transaction") -%}
    {%- do dbt_batch_ops._say("  call " ~ procedure ~ "(" ~ arguments | join(", ") ~ ")   commits every batch") -%}
{% endmacro %}
