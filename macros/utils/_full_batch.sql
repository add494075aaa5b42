{#-
  The key of the $5-th matching row among the next $6 keys; none when fewer match.

  The inner LIMIT keeps it bounded however rare the condition is.
-#}
{% macro _full_batch(target, key, types, where) %}
    {%- set alias = dbt_batch_ops._quote(target.identifier) -%}
    {%- set full_batch = {} -%}
    {%- for position in ["start", "next"] -%}
        {%- set scanned = "select *\nfrom " ~ target ~ "\n"
            ~ dbt_batch_ops._scope(key, types, position) ~ "\nlimit $6" -%}
        {%- do full_batch.update({
            position: "select " ~ dbt_batch_ops._key_array(key) ~ "\nfrom (\n    "
            ~ scanned | replace("\n", "\n    ") ~ "\n) as " ~ alias ~ "\nwhere\n    " ~ where
            ~ "\norder by " ~ dbt_batch_ops._columns(key) ~ "\noffset $5 - 1\nlimit 1"
        }) -%}
    {%- endfor -%}
    {{ return(full_batch) }}
{% endmacro %}
