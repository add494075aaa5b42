{#-
  The parameters as literals, {name: {type, sql, value}}; adds to problems what is no value of its type.

  All of it before anything is opened: a value that does not fit would else end the command in the middle.
-#}
{% macro _portable_check_parameters(description, values, columns, problems) %}
    {%- set resolved = {} -%}
    {%- for name, parameter in description.parameters.items() if not parameter.records and not parameter.csv -%}
        {%- set type = dbt_batch_ops._portable_type_of(parameter, columns) -%}
        {%- set value = values.get(name) -%}
        {%- set but_not = "" if parameter.redact else ", not " ~ tojson(value) | truncate(60, true) -%}
        {%- set element = dbt_batch_ops._portable_element(type) or type -%}
        {%- set is_list = element != type -%}
        {%- if value is mapping and is_list -%}
            {%- do problems.append("parameter " ~ name ~ ": a list from a query or a model has PostgreSQL only; write the values") -%}
        {%- elif is_list and value is not none and (value is string or value is not iterable) -%}
            {%- do problems.append(
                "parameter " ~ name ~ ": a list of " ~ element ~ " is needed" ~ but_not
            ) -%}
        {%- elif (
            not is_list and value is not none and value is iterable and value is not string
            and not modules.re.match("jsonb?$", type)
        ) -%}
            {%- do problems.append(
                "parameter " ~ name ~ ": one value of type " ~ type ~ " is needed" ~ but_not
            ) -%}
        {%- else -%}
            {%- set texts = [] -%}
            {%- for item in (value if is_list and value is not none else [value]) -%}
                {%- do texts.append(dbt_batch_ops._portable_value_text(item, element)) -%}
            {%- endfor -%}
            {%- set wrong = dbt_batch_ops._portable_value(dbt_batch_ops._portable_unconvertible(texts, element))
                if texts | reject("none") | list else none -%}
            {%- if wrong is not none -%}
                {%- set shown = "the value" if parameter.redact else tojson(wrong) | truncate(60, true) -%}
                {%- do problems.append("parameter " ~ name ~ ": " ~ shown ~ " is no " ~ element) -%}
            {%- else -%}
                {%- do resolved.update({
                    name: {"type": type, "sql": dbt_batch_ops._portable_literal(value, type), "value": value}
                }) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(resolved) }}
{% endmacro %}
