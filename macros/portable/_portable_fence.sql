{#-
  Ends whoever may still be writing to a table for a process that is gone, before somebody goes on with its run.

  Args:
    relation (Relation): the table.
    run (dict): the run, with the token of this start.

  On Spark a statement goes on on the server when its client is gone. A change of a table's properties is a change of its
  metadata, with which every concurrent transaction conflicts: what has read the table before can no longer commit, and what
  has committed is in the log by now, so after this `_portable_find` is final. Each fence has a value of its own, so it is a
  commit even if one came before. Source: Delta's protocol, and measured on Sail for UPDATE, DELETE and MERGE.
-#}
{% macro _portable_fence(relation, run) %}
    {{ return(adapter.dispatch("_portable_fence", "dbt_batch_ops")(relation, run)) }}
{% endmacro %}

{% macro default___portable_fence(relation, run) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro spark___portable_fence(relation, run) %}
    {%- do run_query(
        "alter table " ~ relation ~ " set tblproperties ('batch_ops.fence' = '" ~ run.operation_id ~ "/" ~ run.token ~ "')"
    ) -%}
{% endmacro %}
