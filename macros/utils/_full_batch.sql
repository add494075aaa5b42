{#-
  The key of the $5-th matching row of a range; none when fewer match.

  Asked only of a range that is known to hold few enough keys, so whatever the plan, it is bounded.
-#}
{% macro _full_batch(target, key, range, condition) %}
    {{ return(
        "select " ~ dbt_batch_ops._key_array(key) ~ "\nfrom " ~ target ~ "\nwhere\n    "
        ~ range ~ "\n    and (\n        " ~ condition ~ "\n    )\norder by "
        ~ dbt_batch_ops._columns(key) ~ "\nlimit 1 offset $5 - 1"
    ) }}
{% endmacro %}
