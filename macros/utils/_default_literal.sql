{#- A parameter's default as an SQL literal of its type. -#}
{% macro _default_literal(value, type) %}
    {%- if type.endswith("[]") -%}
        {%- set items = [] -%}
        {%- for item in value -%}
            {%- do items.append("null" if item is none else dbt_batch_ops._literal(item | string)) -%}
        {%- endfor -%}
        {{ return("array[" ~ items | join(", ") ~ "]::" ~ type) }}
    {%- endif -%}
    {{ return(dbt_batch_ops._literal(value if value is string else tojson(value)) ~ "::" ~ type) }}
{% endmacro %}
