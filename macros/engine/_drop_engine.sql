{#-
  Drops the engine's routines and views, so that they can be created with other parameters.

  Sessions in the middle of a slice go on: PL/pgSQL looks the names up again after the change.
-#}
{% macro _drop_engine() %}
do $block$
declare
    v_routine record;
begin
    drop view if exists batch_ops.run_overview;
    for v_routine in
        select routines.oid::regprocedure as signature
        from pg_catalog.pg_proc as routines
        where
            routines.pronamespace = 'batch_ops'::regnamespace
            -- Triggers belong to the tables, and to their migrations.
            and routines.prorettype <> 'trigger'::regtype
    loop
        execute pg_catalog.format('drop routine %s', v_routine.signature);
    end loop;
    drop type if exists batch_ops.slice;
    drop type if exists batch_ops.track;
    drop type if exists batch_ops.application;
end
$block$
{% endmacro %}
