{#-
  The rows that a commit to a Delta table has changed.

  Args:
    operation (str): the commit's operation: `UPDATE`, `DELETE`, `MERGE`, `WRITE`.
    metrics (dict): its `operationMetrics`, numbers or their text.

  A write's `numOutputRows` are its rows; of the others it counts also rows that were only copied into a new file. The count
  that Sail returns from a statement does too, so it is of no use.
-#}
{% macro _portable_rows_of(operation, metrics) %}
    {%- set counted = {
        "UPDATE": ["numUpdatedRows"],
        "DELETE": ["numDeletedRows"],
        "MERGE": ["numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted"],
        "WRITE": ["numOutputRows"],
    }.get(operation | upper) -%}
    {%- if counted is none or counted[0] not in metrics -%}
        {%- do dbt_batch_ops._fail(
            "The table's log has a commit " ~ operation ~ " of this run with the metrics " ~ (metrics | join(", ") or "none")
            ~ ", from which the number of its rows cannot be told. Known are UPDATE, DELETE, MERGE and WRITE, with their metrics."
        ) -%}
    {%- endif -%}
    {%- set total = namespace(rows=0) -%}
    {%- for name in counted -%}
        {%- set total.rows = total.rows + metrics.get(name, 0) | int -%}
    {%- endfor -%}
    {{ return(total.rows) }}
{% endmacro %}
