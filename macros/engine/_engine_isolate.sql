{#-
  batch_ops.isolate: applies a range in groups, each in a subtransaction, and sets the bad rows aside one by one.

  Works from the left, so that applied_hi always says how far it came. A failing group is made smaller until its first bad
  row stands alone; while none was found, a group that went well makes the next one larger. p_spacing is the distance of
  bad rows to begin with (null: not known), p_budget how many of them end the search (null: no limit).
  docs/decisions/0013-errors-by-class.md
-#}
{% macro _engine_isolate() %}
create or replace function batch_ops.isolate(
    p_slice batch_ops.slice,
    p_lo jsonb,
    p_hi jsonb,
    p_spacing integer,
    p_budget bigint
)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_keys jsonb[];
    v_count integer;
    v_done integer := 0;
    v_group integer;
    -- Half the distance of bad rows; of a group that failed, two fifths come next. Smaller groups cost more statements,
    -- larger ones more rows that are undone: these came out best in a simulation of both costs.
    v_size integer;
    -- So many of the next rows hold at least one bad row; 0 when that is not known.
    v_suspects integer := 0;
    -- Where the newest bad row is.
    v_newest integer := 0;
    v_group_hi jsonb;
    v_failure batch_ops.application;
    v_result batch_ops.application;
begin
    begin
        v_keys := batch_ops.matching_keys(p_slice, p_lo, p_hi);
    exception
        -- The condition itself fails for some row, so that none can be told apart from the others.
        when others or query_canceled or assert_failure then
            v_failure := batch_ops.failed_application(sqlstate, sqlerrm);
            v_failure.applied_hi := p_lo;
            v_failure.records := 0;
            v_failure.failures := '{}';
            return v_failure;
    end;
    v_result.applied_hi := p_lo;
    v_result.records := 0;
    v_result.failures := '{}';
    v_count := pg_catalog.cardinality(v_keys);
    v_size := greatest(coalesce(p_spacing, v_count) / 2, 1);
    v_group := v_size;
    while v_done < v_count loop
        v_group := least(v_group, v_count - v_done);
        v_group_hi := v_keys[v_done + v_group];
        v_failure := batch_ops.apply_range(p_slice, v_result.applied_hi, v_group_hi);
        if v_failure.failure_class is null then
            v_result.records := v_result.records + v_failure.records;
            v_result.applied_hi := v_group_hi;
            v_done := v_done + v_group;
            v_suspects := greatest(v_suspects - v_group, 0);
            v_group := case
                when v_suspects > 0 then greatest(v_suspects * 2 / 5, 1)
                -- Where bad rows are frequent, the next group is as likely to hold one as this was; larger ones only after
                -- a stretch that says otherwise.
                when coalesce(v_result.spacing, p_spacing) is not null
                    then greatest(v_size, (v_done - v_newest) / 2)
                else v_group * 2
            end;
        elsif v_failure.failure_class <> 'row' then
            v_failure.applied_hi := v_result.applied_hi;
            v_failure.records := v_result.records;
            v_failure.failures := v_result.failures;
            v_failure.spacing := v_result.spacing;
            return v_failure;
        elsif v_group > 1 then
            v_suspects := v_group;
            v_group := greatest(v_group * 2 / 5, 1);
        else
            v_result.failures := v_result.failures || pg_catalog.jsonb_build_object(
                'range_lo', v_result.applied_hi, 'range_hi', v_group_hi,
                'sqlstate', v_failure.error_code, 'message', v_failure.error_message,
                'detail', v_failure.error_detail, 'constraint', v_failure.constraint_name
            );
            v_result.applied_hi := v_group_hi;
            v_done := v_done + 1;
            v_newest := v_done;
            v_suspects := 0;
            v_result.spacing := greatest(v_done / pg_catalog.cardinality(v_result.failures), 1);
            v_size := greatest(v_result.spacing / 2, 1);
            v_group := v_size;
            if pg_catalog.cardinality(v_result.failures) >= p_budget then
                v_result.failure_class := 'budget';
                return v_result;
            end if;
        end if;
    end loop;
    v_result.spacing := case
        when v_result.failures <> '{}' then greatest(v_count / pg_catalog.cardinality(v_result.failures), 1)
    end;
    return v_result;
end
$function$
{% endmacro %}
