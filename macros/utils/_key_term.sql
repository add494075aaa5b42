{#- One key column compared with an end of the range: `id > ($1 ->> 0)::bigint`; end 1 is lo, 2 is hi. -#}
{% macro _key_term(key, types, position, operator, end) %}
    {{ return(
        dbt_batch_ops._quote(key[position]) ~ " " ~ operator
        ~ " ($" ~ end ~ " ->> " ~ position ~ ")::" ~ types[position]
    ) }}
{% endmacro %}
