{#-
  batch_ops.leftover_tables: the staged tables, behind a name, of runs that are gone.

  Rows are staged in the transaction that makes their run, so a run that is just being opened is not taken for a gone one.
-#}
{% macro _engine_leftover_tables() %}
create or replace function batch_ops.leftover_tables(p_after text default null)
returns setof text
language sql
as $function$
    select classes.relname::text
    from pg_catalog.pg_class as classes
    where
        classes.relnamespace = 'batch_ops'::regnamespace
        and classes.relkind = 'r'
        and classes.relname ~ '^staged_[0-9a-f]{32}_'
        and (p_after is null or classes.relname::text > p_after)
        and not exists (
            select 1 from batch_ops.runs
            where runs.operation_id = case
                -- In a CASE, since nothing else says that other names are not cast.
                when classes.relname ~ '^staged_[0-9a-f]{32}_' then pg_catalog.substr(classes.relname::text, 8, 32)::uuid
            end
        )
    order by classes.relname::text
$function$
{% endmacro %}
