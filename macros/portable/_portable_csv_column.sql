{#- The name of the column of a CSV file that a field means, by name or by place; none, with a problem, when it has none. -#}
{% macro _portable_csv_column(described, field, file, problems) %}
    {%- set position = modules.re.fullmatch("csv_column_(\\d+)", field) -%}
    {%- set number = described.columns.index(field) + 1 if field in described.columns
        else position.group(1) | int if position else 0 -%}
    {%- if number == 0 or number > described.columns | length -%}
        {%- do problems.append(file ~ " has no column " ~ field ~ "; its columns are: " ~ described.columns | join(", ")) -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(described.columns[number - 1]) }}
{% endmacro %}
