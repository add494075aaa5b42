{#-
  A step's own statements for one range: {where, apply, ...}.

  Args:
    mark (str): what marks the statement of a batch in the table's log (`_portable_mark`).
    joined (bool): for `apply` where it joins the list of an earlier step; else for `where`, in a query of its own.
-#}
{% macro _portable_statements(plan, step, range, mark="batch_ops", joined=false) %}
    {{ return(plan.definition.statements[step.name](dbt_batch_ops._portable_fragments(plan, step, range, mark, joined))) }}
{% endmacro %}
