{#-
  batch_ops.shown_parameters: the parameters of a run as they may be seen: of those that meet a redacted column, a digest.

  The run itself needs their values as long as it can go on, or failed rows of it can be tried again.
-#}
{% macro _engine_shown_parameters() %}
create or replace function batch_ops.shown_parameters(p_parameters jsonb, p_redacted text[])
returns jsonb
language sql
immutable
as $function$
    select p_parameters || coalesce(
        (
            select
                pg_catalog.jsonb_object_agg(
                    secrets.name,
                    pg_catalog.jsonb_build_object('staged', null, 'digest', batch_ops.digest(p_parameters -> secrets.name))
                )
            from pg_catalog.unnest(p_redacted) as secrets (name)
            where
                p_parameters ? secrets.name
                -- One that is a digest already, with the name of the table that it was staged in.
                and not (
                    pg_catalog.jsonb_typeof(p_parameters -> secrets.name) = 'object'
                    and p_parameters -> secrets.name ?& array['staged', 'digest']
                    and (p_parameters -> secrets.name) - array['staged', 'digest'] = '{}'
                )
        ),
        '{}'
    )
$function$
{% endmacro %}
