{#- batch_ops.same_parameters: whether arguments given again are those that a run has; staged ones by their digest. -#}
{% macro _engine_same_parameters() %}
create or replace function batch_ops.same_parameters(p_stored jsonb, p_arguments jsonb)
returns boolean
language sql
stable
as $function$
    select coalesce(pg_catalog.bool_and(
        case
            when pg_catalog.jsonb_typeof(p_stored -> given.key) = 'object' and p_stored -> given.key ? 'staged'
                then p_stored -> given.key ->> 'digest' = batch_ops.argument_digest(given.value)
            else p_stored -> given.key = given.value
        end
    ), true)
    from pg_catalog.jsonb_each(p_arguments) as given
$function$
{% endmacro %}
