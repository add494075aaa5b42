{#-
  batch_ops.error_class: what an SQLSTATE means for a batch (docs/decisions/0013-errors-by-class.md).

  `transient` (try it again), `row` (some row is to blame) or `fatal` (no other row would fare better). Cancelled
  queries (57014) are told apart by ran_out_of_time. PostgreSQL, appendix A: Error Codes.
-#}
{% macro _engine_error_class() %}
create or replace function batch_ops.error_class(p_sqlstate text)
returns text
language sql
immutable
as $function$
    select case
        when p_sqlstate in ('40001', '40P01', '55P03') or pg_catalog.left(p_sqlstate, 2) = '08' then 'transient'
        when pg_catalog.left(p_sqlstate, 2) in ('21', '22', '23', '44', '45', 'P0') then 'row'
        -- Classes that begin with 5 to 9 or I to Z are free for codes of the user's own, but for PostgreSQL's.
        when
            p_sqlstate ~ '^[5-9I-Z]'
            and pg_catalog.left(p_sqlstate, 2) not in ('53', '54', '55', '57', '58', '72', 'XX')
            then 'row'
        else 'fatal'
    end
$function$
{% endmacro %}
