{#-
  batch_ops.notification_text: subject and message of a notification for people, from its facts (notification_facts).

  The message of an end is the spec's own, where it has one. p_max_errors: failed rows that the run bears.
-#}
{% macro _engine_notification_text() %}
create or replace function batch_ops.notification_text(
    p_facts jsonb,
    p_template text,
    p_max_errors bigint,
    out subject text,
    out message text
)
language plpgsql
immutable
as $function$
declare
    v_grouped constant text := 'FM999,999,999,999,999,990';
    v_operation text := p_facts ->> 'operation';
    v_done text := pg_catalog.to_char((p_facts ->> 'processed_records')::bigint, v_grouped);
    v_total text := case when (p_facts ->> 'total_is_exact')::boolean then '' else 'about ' end
        || pg_catalog.to_char((p_facts ->> 'total_records')::bigint, v_grouped);
    v_failed text := pg_catalog.to_char((p_facts ->> 'error_count')::bigint, v_grouped);
    v_status text := pg_catalog.replace(p_facts ->> 'status', '_', ' ');
begin
    case p_facts ->> 'event'
        when 'started' then
            subject := pg_catalog.format('%s started', v_operation);
            message := pg_catalog.format('%s has %s rows to do.', v_operation, v_total);
        when 'progress' then
            subject := pg_catalog.format('%s: %s of %s rows', v_operation, v_done, v_total);
            message := pg_catalog.format('%s has done %s of %s rows.', v_operation, v_done, v_total);
        when 'error_threshold' then
            subject := pg_catalog.format('%s: %s failures', v_operation, v_failed);
            message := pg_catalog.format(
                '%s has %s failed rows or batches; with more than %s it stops.',
                v_operation, v_failed, pg_catalog.to_char(p_max_errors, v_grouped)
            );
        else
            subject := pg_catalog.format('%s %s', v_operation, v_status);
            message := coalesce(
                batch_ops.fill_message(p_template, p_facts),
                pg_catalog.format('%s %s: %s rows are done.', v_operation, v_status, v_done)
            );
    end case;
end
$function$
{% endmacro %}
