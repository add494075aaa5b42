{#-
  batch_ops.insert_steps: the run's steps in the ledger, with their exact statements, and the tables for their output.

  Every statement is planned here, not executed, so that one which cannot run is found before anything is changed.
-#}
{% macro _engine_insert_steps() %}
create or replace function batch_ops.insert_steps(
    p_request jsonb,
    p_operation_id uuid,
    p_parameters jsonb,
    p_started_at timestamptz
)
returns void
language plpgsql
as $function$
declare
    v_step jsonb;
    v_plan jsonb;
    v_statement text;
begin
    for v_step in
        select steps.step from pg_catalog.jsonb_array_elements(p_request -> 'steps') as steps (step)
    loop
        v_plan := v_step -> 'plan';
        if v_plan ->> 'output_definition' is not null then
            perform batch_ops.create_output(
                v_step ->> 'output_table', v_plan ->> 'output_definition', p_parameters, p_started_at
            );
        end if;
        foreach v_statement in array array[
            v_plan #>> '{range,apply,start}', v_plan #>> '{rows,apply,start}', v_plan ->> 'check'
        ] loop
            if v_statement is not null then
                execute 'explain ' || v_statement using null::jsonb, null::jsonb, p_parameters, p_started_at;
            end if;
        end loop;
        insert into batch_ops.steps (
            operation_id, step_number, name, operation_type, status, iterate_by, key_columns, batch_size,
            asynchronous_commit, staged_table, output_table, plan, idempotent, turn, shard, target, marker_table,
            source
        )
        values (
            p_operation_id, (v_step ->> 'number')::integer, v_step ->> 'name', v_step ->> 'operation_type', 'pending',
            v_step ->> 'iterate_by',
            array(select pg_catalog.jsonb_array_elements_text(p_request #> '{target,key}')),
            (v_step ->> 'batch_size')::integer, (v_step ->> 'asynchronous')::boolean,
            v_step ->> 'staged_table', v_step ->> 'output_table', v_plan,
            coalesce((v_step ->> 'idempotent')::boolean, false),
            coalesce((v_step ->> 'turn')::integer, (v_step ->> 'number')::integer),
            v_step #>> '{shard,server}', v_step #>> '{shard,leaf}', v_step #>> '{shard,marker_table}',
            (
                select batch_ops.account_list(p_request #>> '{description,target}', v_step #>> '{list,column}', lists.item)
                from pg_catalog.jsonb_array_elements(p_request -> 'sources') as lists (item)
                where lists.item ->> 'name' = v_step #>> '{list,name}'
            )
        );
    end loop;
end
$function$
{% endmacro %}
