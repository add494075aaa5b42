{#- The query of the rows of a CSV file of this machine, all of them text; none where the engine reads no such files. -#}
{% macro _portable_csv_rows(source, path) %}
    {{ return(adapter.dispatch("_portable_csv_rows", "dbt_batch_ops")(source, path)) }}
{% endmacro %}

{% macro default___portable_csv_rows(source, path) %}
    {{ return(none) }}
{% endmacro %}

{% macro duckdb___portable_csv_rows(source, path) %}
    {#- As COPY of PostgreSQL reads it: an empty value is null, in quotes it is an empty text; no line is a note or left out. -#}
    {{ return(
        "select * from read_csv(" ~ dbt_batch_ops._portable_string(path, "varchar") ~ ", delim = "
        ~ dbt_batch_ops._portable_string(source.delimiter, "varchar") ~ ", header = " ~ source.has_header | string | lower
        ~ ", quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, all_varchar = true, skip = 0, comment = '',"
        ~ " null_padding = false, ignore_errors = false, parallel = false)"
    ) }}
{% endmacro %}
