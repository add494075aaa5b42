{#-
  What is known of a CSV file before it is read: where it is (upload, path of the server or relation of a seed), its
  columns, delimiter and header.
-#}
{% macro _describe_csv(description, file, problems) %}
    {%- set source = (description.steps | map(attribute="source") | selectattr("kind", "equalto", "csv") | list)[0] -%}
    {%- set described = {"delimiter": source.delimiter, "has_header": source.has_header} -%}
    {%- if file.startswith("upload:") or modules.re.match("(/|[A-Za-z]:[\\\\/])", file) -%}
        {%- set found = dbt_batch_ops._fetch(
            "select batch_ops.describe_csv(" ~ dbt_batch_ops._literal(file) ~ ", "
            ~ dbt_batch_ops._literal(source.delimiter) ~ ", " ~ source.has_header | string | lower ~ ")"
        ) -%}
        {%- if found.problem -%}
            {%- do problems.append(found.problem) -%}
        {%- endif -%}
        {{ return(dict(described, **found)) }}
    {%- elif file.endswith(".csv") or "/" in file or "\\" in file -%}
        {%- do problems.append(
            "csv_file " ~ file ~ ": a file on this machine is sent with: dbt-batch-ops load " ~ description.operation ~ " "
            ~ file ~ "; here it is an absolute path on the server, or the name of a seed, without .csv"
        ) -%}
        {{ return(described) }}
    {%- endif -%}
    {%- set relation = ref(file) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute="name") | list -%}
    {%- if not columns -%}
        {%- do problems.append("seed " ~ file ~ " is not in the database yet; type: dbt seed --select " ~ file) -%}
    {%- endif -%}
    {{ return(dict(
        described, relation=relation | string, columns=columns, column_count=columns | length, file_name=file
    )) }}
{% endmacro %}
