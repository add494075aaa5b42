{#-
  Adds to problems why an upsert cannot tell by its conflict_target which row is there: one value is in several.

  Where the catalog does not vouch for it, the data are looked through. Rows with a null in it never conflict, as on PostgreSQL.
-#}
{% macro _portable_check_conflict_target(plan, step, problems) %}
    {%- set target = plan.description.target -%}
    {%- set names = step.conflict_target -%}
    {%- if names | map("lower") | reject("in", plan.columns) | list -%}
        {#- A column that is not there is told already. -#}
    {%- elif names not in dbt_batch_ops._portable_unique_keys(target).unique -%}
        {%- set repeated = dbt_batch_ops._portable_repeated(target, names) -%}
        {%- if repeated -%}
            {%- do problems.append(
                "{:,}".format(repeated) ~ (" value" if repeated == 1 else " values") ~ " of conflict_target (" ~ names | join(", ")
                ~ ") of " ~ target ~ " are in more than one row, so that an upsert would change all of them: remove the repetitions, or"
                ~ " name columns that are unique together"
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
