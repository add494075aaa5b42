{#-
  batch_ops.interval_problem: why a text is no span of time that one can go back by; null when it is one.

  A number alone is an interval to PostgreSQL, of so many seconds: 90 would mean a minute and a half.
-#}
{% macro _engine_interval_problem() %}
create or replace function batch_ops.interval_problem(p_text text)
returns text
language plpgsql
as $function$
begin
    if p_text ~ '^\s*[-+]?[0-9.]+\s*$' then
        return pg_catalog.format('has no unit: say "%s days"', pg_catalog.btrim(p_text));
    elsif pg_catalog.now() - p_text::interval > pg_catalog.now() then
        return 'is negative';
    end if;
    return null;
exception
    when data_exception then
        return pg_catalog.format('is no interval (%s)', sqlerrm);
end
$function$
{% endmacro %}
