{#-
  The values of a run's parameters, defaults filled in, and the problems with them: {values, queries, problems}.

  queries has the SQL of the rows that are given as {query: ...} or {ref: ...} instead of a list.

  Args:
    resuming (bool): a run that goes on has its parameters already; none is required.
-#}
{% macro _check_arguments(description, arguments, unknown_arguments, resuming) %}
    {%- set values = {} -%}
    {%- set queries = {} -%}
    {%- set problems = [] -%}
    {%- for name in unknown_arguments -%}
        {%- do problems.append(
            "unknown argument " ~ name ~ "; " ~ description.operation ~ " takes "
            ~ (
                description.parameters.keys() | list + ["operation_id", "idempotency_key", "dry_run"]
                + (["confirm"] if description.requires_confirmation else [])
            ) | join(", ")
        ) -%}
    {%- endfor -%}
    {%- for name, parameter in description.parameters.items() -%}
        {%- set value = dbt_batch_ops._plain(arguments[name]) -%}
        {#- NUL as JSON spells it, but not the six characters of a text that spells it itself. -#}
        {%- if modules.re.search("(?<!\\\\)(\\\\\\\\)*\\\\u0000", tojson(value)) -%}
            {%- do problems.append("parameter " ~ name ~ " contains a NUL character, which PostgreSQL cannot store") -%}
        {%- elif value is not none -%}
            {%- do values.update({name: value}) -%}
            {%- if value is mapping and (parameter.records or parameter.type.endswith("[]")) -%}
                {%- do dbt_batch_ops._check_query(name, parameter, value, queries, problems) -%}
            {%- elif parameter.records and (value is string or value is not iterable) -%}
                {%- do problems.append("parameter " ~ name ~ ": a list of records is needed, not " ~ tojson(value) | truncate(60, true)) -%}
            {%- endif -%}
        {%- elif "default" in parameter and not resuming -%}
            {%- do values.update({name: parameter.default}) -%}
        {%- elif not resuming -%}
            {%- do problems.append("parameter " ~ name ~ " (" ~ parameter.type ~ ") is missing") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({"values": values, "queries": queries, "problems": problems}) }}
{% endmacro %}
