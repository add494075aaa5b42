{#-
  batch_ops.find_invalid: the rows with ordinals in (p_lo, p_hi] that break a rule or do not convert, and why.

  One statement looks at all of them. Where it fails because of one value, the rows are halved until the bad one stands
  alone: clean rows cost nothing extra, a bad one about 2 * log2(n) statements.
-#}
{% macro _engine_find_invalid() %}
create or replace function batch_ops.find_invalid(
    p_plan jsonb,
    p_parameters jsonb,
    p_run_started_at timestamptz,
    p_lo bigint,
    p_hi bigint
)
returns table (row_number bigint, error_code text, reason text)
language plpgsql
as $function$
declare
    v_numbers bigint[];
    v_reasons text[];
    v_state text;
    v_message text;
begin
    if p_hi <= p_lo then
        return;
    end if;
    begin
        -- No condition of its own: what is evaluated first would decide whether a value is converted at all.
        execute pg_catalog.format(
            E'select pg_catalog.array_agg(checked.batch_ordinal), pg_catalog.array_agg('
            'pg_catalog.array_to_string(checked.broken, ''; '')) from (\n%s\n) as checked', p_plan ->> 'check'
        )
        into v_numbers, v_reasons
        using
            pg_catalog.jsonb_build_array(p_lo), pg_catalog.jsonb_build_array(p_hi), p_parameters, p_run_started_at;
        return query
        select found.number, '23514', found.reason
        from rows from (pg_catalog.unnest(v_numbers), pg_catalog.unnest(v_reasons)) as found (number, reason);
        return;
    exception
        when data_exception or integrity_constraint_violation or raise_exception then
            v_state := sqlstate;
            v_message := sqlerrm;
    end;
    if p_hi - p_lo = 1 then
        return query select p_hi, v_state, coalesce(
            batch_ops.unconvertible_column(p_plan, p_parameters, p_run_started_at, p_hi) || ': ', ''
        ) || v_message;
    else
        return query
        select invalid.* from batch_ops.find_invalid(
            p_plan, p_parameters, p_run_started_at, p_lo, p_lo + (p_hi - p_lo) / 2
        ) as invalid
        union all
        select invalid.* from batch_ops.find_invalid(
            p_plan, p_parameters, p_run_started_at, p_lo + (p_hi - p_lo) / 2, p_hi
        ) as invalid;
    end if;
end
$function$
{% endmacro %}
