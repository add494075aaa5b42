{#- Adds to problems which columns of the steps the table does not have, and key columns that an update would change. -#}
{% macro _portable_check_columns(description, columns, key, problems) %}
    {%- set lowered = key | map("lower") | list -%}
    {%- for step in description.steps -%}
        {%- for name in step.set_columns + step.read_columns + (step.select_columns or []) + (step.conflict_target or []) -%}
            {%- if name | lower not in columns -%}
                {%- do problems.append(
                    description.target ~ " has no column " ~ name ~ "; its columns are: "
                    ~ columns.values() | map(attribute="name") | join(", ")
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name in step.set_columns if step.operation_type == "update" and name | lower in lowered -%}
            {%- do problems.append(
                "the operation sets " ~ name ~ ", which is part of the key of " ~ description.target
                ~ ": rows would move while they are walked; leave it out of update_data or name another `key`"
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
