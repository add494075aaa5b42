{#-
  batch_ops.withheld_message: an error's message, or what stands in its place where columns are kept secret.

  Messages about bad data and those that a function raises quote values; those about constraints, locks and time name
  objects only.
-#}
{% macro _engine_withheld_message() %}
create or replace function batch_ops.withheld_message(p_redact text[], p_sqlstate text, p_message text)
returns text
language sql
immutable
as $function$
    select case
        when p_redact = '{}' or pg_catalog.left(p_sqlstate, 2) in ('23', '40', '53', '55', '57') then p_message
        else 'the message is withheld, because it may quote redacted columns'
    end
$function$
{% endmacro %}
