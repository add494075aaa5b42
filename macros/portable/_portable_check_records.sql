{#-
  Adds to problems which of the records that a step is given are none, and which of their values are of no use.

  All of it before anything is written. Of rows that come from a query the database says so itself, when they are
  staged; where invalid rows are left out, a value that is none of its type makes one.
-#}
{% macro _portable_check_records(step, types, rows, description, problems) %}
    {%- set redact = description.redact -%}
    {%- set where = "parameter " ~ step.source.parameter ~ ": " -%}
    {%- for row in rows if row is not mapping -%}
        {%- do problems.append(
            where ~ "a list of records is needed, and row " ~ loop.index ~ " of those that are none is "
            ~ tojson(row) | truncate(60, true)
        ) if loop.first -%}
    {%- endfor -%}
    {%- for name in step.fields -%}
        {%- set type = types[loop.index0] -%}
        {%- set is_hidden = name in redact or step.fields[name].column in redact -%}
        {%- set texts = [] -%}
        {%- set is_list = dbt_batch_ops._portable_element(type) is not none -%}
        {%- for row in rows -%}
            {%- set value = row.get(name) if row is mapping else none -%}
            {%- if is_list and value is not none and (value is string or value is mapping or value is not iterable) -%}
                {%- do problems.append(
                    where ~ "row " ~ loop.index ~ ": " ~ name ~ ": a list is needed"
                    ~ ("" if is_hidden else ", not " ~ tojson(value) | truncate(60, true))
                ) -%}
            {%- elif not is_list -%}
                {%- do texts.append(dbt_batch_ops._portable_value_text(value, type)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set wrong = dbt_batch_ops._portable_value(dbt_batch_ops._portable_unconvertible(texts, type))
            if not description.skip_invalid_rows and texts | reject("none") | list and not modules.re.match("(?i)(varchar|string|text)", type) else none -%}
        {%- if wrong is not none -%}
            {%- do problems.append(
                where ~ "row " ~ (texts.index(wrong | string) + 1) ~ ": " ~ name ~ ": "
                ~ ("the value" if is_hidden else tojson(wrong | string) | truncate(60, true)) ~ " is no " ~ type
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
