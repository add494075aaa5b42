{#-
  Whether the rows of a step are staged as text first, so that each value that is none of its type makes one row invalid, and no more.

  Rows of a query have types; a value that cannot be converted ends the command with the database's message.
-#}
{% macro _portable_is_read_as_text(description, step, given) %}
    {{ return(
        step.source.kind == "csv" or (description.skip_invalid_rows and step.source.parameter in given.rows)
    ) }}
{% endmacro %}
