{#-
  batch_ops.is_sent_whole: whether a batch's statement goes to the shard as it is, as one range statement, or its rows are
  fetched and written back one by one (PostgreSQL, postgres_fdw, Remote Query Optimization).

  p_statement is that of a range without a lower end, p_hi some end.
-#}
{% macro _engine_is_sent_whole() %}
create or replace function batch_ops.is_sent_whole(
    p_statement text,
    p_hi jsonb,
    p_parameters jsonb,
    p_run_started_at timestamptz
)
returns boolean
language plpgsql
as $function$
declare
    v_plan json;
begin
    execute 'explain (format json) ' || p_statement into v_plan using null::jsonb, p_hi, p_parameters, p_run_started_at;
    return v_plan::jsonb
        @? '$.** ? (@."Node Type" == "Foreign Scan" && (@.Operation == "Update" || @.Operation == "Delete"))';
end
$function$
{% endmacro %}
