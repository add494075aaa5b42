{#-
  The text that marks a batch's statement in a table's log. The semicolon ends it: batch 1 is not found where batch 12 was.

  Args:
    operation_id (str): the run, a UUID: nothing in the mark has to be escaped, in a statement or in a log of JSON.
-#}
{% macro _portable_mark(operation_id, step_number, batch_number) %}
    {{ return("batch_ops:" ~ operation_id ~ "/" ~ step_number | int ~ "/" ~ batch_number | int ~ ";") }}
{% endmacro %}
