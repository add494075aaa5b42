{#- batch_ops.refusal_text: why a step may not start, in words. -#}
{% macro _engine_refusal_text() %}
create or replace function batch_ops.refusal_text(p_refusal jsonb)
returns text
language sql
stable
as $function$
    select case
        when p_refusal ->> 'reason' is not null then p_refusal ->> 'reason'
        when p_refusal ->> 'over_limit' is not null
            then pg_catalog.format('more than max_records = %s rows match', p_refusal ->> 'over_limit')
        when p_refusal ->> 'failed_preconditions' is not null
            then 'these preconditions do not hold: ' || (
                select pg_catalog.string_agg(failed.text, '; ' order by failed.position)
                from pg_catalog.jsonb_array_elements_text(p_refusal -> 'failed_preconditions')
                with ordinality as failed (text, position)
            )
        when p_refusal ->> 'existing' is not null
            then pg_catalog.format('run %s of the operation is unfinished', p_refusal ->> 'existing')
        else pg_catalog.format(
            '%s of %s rows are invalid%s; the first: %s', p_refusal ->> 'invalid', p_refusal ->> 'given',
            ', max_errors is ' || (p_refusal ->> 'max_errors'),
            (
                select pg_catalog.string_agg(
                    pg_catalog.format(
                        '%s %s: %s',
                        case when bad.line is null then 'row' else 'line' end,
                        coalesce(bad.line, bad.number::text), bad.message
                    ),
                    '; '
                    order by bad.number
                )
                from (
                    select
                        rows.item ->> 'source_line' as line,
                        (rows.item ->> 'row_number')::bigint as number,
                        rows.item ->> 'error_message' as message
                    from pg_catalog.jsonb_array_elements(p_refusal -> 'rows') as rows (item)
                    limit 3
                ) as bad
            )
        )
    end
$function$
{% endmacro %}
