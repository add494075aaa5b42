{#-
  Rows given as {query: "select ..."} or {ref: model, column: name}: adds their SQL to `queries`, or a problem.

  A query is accepted only where the spec says `from_query: true`: whoever may pass arguments could pass any SQL.
-#}
{% macro _check_query(name, parameter, value, queries, problems) %}
    {%- if "query" in value and value | length == 1 -%}
        {%- if not parameter.from_query -%}
            {%- do problems.append(
                "parameter " ~ name ~ " does not take a query; to allow it, write in the spec: parameters: {"
                ~ name ~ ": {type: \"" ~ parameter.type ~ "\", from_query: true}}"
            ) -%}
        {%- else -%}
            {%- do queries.update({name: value.query | string | trim | trim(";")}) -%}
        {%- endif -%}
    {%- elif "ref" in value and value.keys() | list | reject("in", ["ref", "column"]) | list | length == 0 -%}
        {%- set relation = ref(value.ref) -%}
        {%- set columns = dbt_batch_ops._column_names(relation) -%}
        {%- if columns | length == 0 -%}
            {%- do problems.append("parameter " ~ name ~ ": " ~ relation ~ " is not there; build it first: dbt build --select " ~ value.ref) -%}
        {%- elif parameter.records -%}
            {%- do queries.update({name: "select * from " ~ relation}) -%}
        {%- elif "column" in value and value.column in columns -%}
            {%- do queries.update({name: "select " ~ dbt_batch_ops._quote(value.column) ~ " from " ~ relation}) -%}
        {%- elif "column" not in value and columns | length == 1 -%}
            {%- do queries.update({name: "select " ~ dbt_batch_ops._quote(columns[0]) ~ " from " ~ relation}) -%}
        {%- else -%}
            {%- do problems.append(
                "parameter " ~ name ~ ": say which column of " ~ value.ref ~ " has the values: {ref: " ~ value.ref
                ~ ", column: ...}; it has " ~ columns | join(", ")
            ) -%}
        {%- endif -%}
    {%- else -%}
        {%- do problems.append(
            "parameter " ~ name ~ ": write a list, {query: \"select ...\"} or {ref: model, column: name}, not "
            ~ tojson(value) | truncate(60, true)
        ) -%}
    {%- endif -%}
{% endmacro %}
