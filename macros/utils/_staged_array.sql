{#-
  The range of a step over staged keys on another server: an array that is computed here and sent, where a join would fetch
  every row (PostgreSQL, postgres_fdw, Remote Query Optimization). For keys of one column.
-#}
{% macro _staged_array(key, types, staged_table) %}
    {{ return(
        dbt_batch_ops._quote(key[0]) ~ " = any ((\n        select array(\n            select staged.key_1\n            from batch_ops."
        ~ staged_table ~ " as staged\n            where\n                staged.ordinal > coalesce(($1 ->> 0)::bigint, 0)"
        ~ "\n                and staged.ordinal <= ($2 ->> 0)::bigint\n        )\n    )::" ~ types[0] ~ "[])"
    ) }}
{% endmacro %}
