{#-
  What is known of a CSV file: {rows, columns}, a query of its rows, all of them text, and the names of its columns.

  Adds to problems why it cannot be read. It is a file of this machine, where the engine reads such, or a seed of the project.

  Args:
    source (dict): the step's source, with delimiter and has_header.
    file (str): the path, or the name of the seed.
-#}
{% macro _portable_describe_csv(source, file, problems) %}
    {%- if modules.re.match("(/|[A-Za-z]:[\\\\/])", file) or file.endswith(".csv") or "/" in file or "\\" in file -%}
        {%- set rows = dbt_batch_ops._portable_csv_rows(source, file) -%}
        {%- if rows is none -%}
            {%- do problems.append(
                "csv_file " ~ file ~ ": " ~ target.type ~ " does not read files of this machine; make it a seed of the project, and give"
                ~ " the name of the seed"
            ) -%}
            {{ return(none) }}
        {%- endif -%}
        {{ return({"rows": rows, "columns": run_query("select * from (" ~ rows ~ ") as given limit 0").column_names | list}) }}
    {%- endif -%}
    {%- set relation = ref(file) -%}
    {%- set columns = dbt_batch_ops._column_names(relation) -%}
    {%- if not columns -%}
        {%- do problems.append("seed " ~ file ~ " is not in the database yet; type: dbt seed --select " ~ file) -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return({"rows": "select * from " ~ relation, "columns": columns}) }}
{% endmacro %}
