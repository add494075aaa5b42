{#-
  batch_ops.account_list: what became of the elements of a list that drives a step: given, duplicates, nulls, unknown ones.

  Unknown is an element that no row of the target has; ten of them are kept as a sample.
-#}
{% macro _engine_account_list() %}
create or replace function batch_ops.account_list(p_target text, p_column text, p_list jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_account jsonb;
    v_unknown bigint;
    v_sample jsonb;
begin
    execute pg_catalog.format(
        'select pg_catalog.jsonb_build_object(''given'', pg_catalog.count(*), '
        '''nulls'', pg_catalog.count(*) filter (where list.value is null), '
        '''duplicates'', pg_catalog.count(list.value) - pg_catalog.count(distinct list.value)) '
        'from batch_ops.%I as list', p_list ->> 'table'
    )
    into v_account;
    execute pg_catalog.format(
        'with unknown as (select list.value, pg_catalog.min(list.batch_ordinal) as position from batch_ops.%I as list '
        'where list.value is not null and not exists '
        '(select 1 from %s as target where target.%I = list.value) group by list.value) '
        'select pg_catalog.count(*), '
        '(select pg_catalog.jsonb_agg(first_ones.value) from (select unknown.value from unknown '
        'order by unknown.position limit 10) as first_ones) from unknown',
        p_list ->> 'table', p_target, p_column
    )
    into v_unknown, v_sample;
    return v_account || pg_catalog.jsonb_build_object(
        'parameter', p_list ->> 'name', 'unknown', v_unknown, 'unknown_sample', v_sample
    );
end
$function$
{% endmacro %}
