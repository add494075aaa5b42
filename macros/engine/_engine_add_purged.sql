{#- batch_ops.add_purged: adds what was deleted of an operation to the figures so far; '' is what had no run any more. -#}
{% macro _engine_add_purged() %}
create or replace function batch_ops.add_purged(p_operations jsonb, p_operation text, p_counts jsonb)
returns jsonb
language sql
immutable
as $function$
    select p_operations || pg_catalog.jsonb_build_object(p_operation, pg_catalog.jsonb_object_agg(sums.name, sums.sum))
    from (
        select counts.name, pg_catalog.sum(counts.number::bigint) as sum
        from (
            select * from pg_catalog.jsonb_each_text(coalesce(p_operations -> p_operation, '{}'))
            union all
            select * from pg_catalog.jsonb_each_text(p_counts)
        ) as counts (name, number)
        group by counts.name
    ) as sums
$function$
{% endmacro %}
