{#-
  The values of a run's parameters, defaults filled in, and the problems with them: {values, problems}.

  Args:
    resuming (bool): a run that goes on has its parameters already; none is required.
-#}
{% macro _check_arguments(description, arguments, unknown_arguments, resuming) %}
    {%- set values = {} -%}
    {%- set problems = [] -%}
    {%- for name in unknown_arguments -%}
        {%- do problems.append(
            "unknown argument " ~ name ~ "; " ~ description.operation ~ " takes "
            ~ (description.parameters.keys() | list + ["operation_id", "dry_run"]) | join(", ")
        ) -%}
    {%- endfor -%}
    {%- for name, parameter in description.parameters.items() -%}
        {%- set value = dbt_batch_ops._plain(arguments[name]) -%}
        {#- NUL as JSON spells it, but not the six characters of a text that spells it itself. -#}
        {%- if modules.re.search("(?<!\\\\)(\\\\\\\\)*\\\\u0000", tojson(value)) -%}
            {%- do problems.append("parameter " ~ name ~ " contains a NUL character, which PostgreSQL cannot store") -%}
        {%- elif value is not none -%}
            {%- do values.update({name: value}) -%}
        {%- elif "default" in parameter and not resuming -%}
            {%- do values.update({name: parameter.default}) -%}
        {%- elif not resuming -%}
            {%- do problems.append("parameter " ~ name ~ " (" ~ parameter.type ~ ") is missing") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({"values": values, "problems": problems}) }}
{% endmacro %}
