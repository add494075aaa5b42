{#-
  batch_ops.application: what became of a range of a batch when it was applied.

  applied_hi: up to where its rows are done. failures: the rows that were set aside, each with its range and its error.
  resolved: failures of earlier attempts that went well now. spacing: rows for each bad one. failure_class: null when the
  range was worked off, `budget` when as many rows failed as the caller would bear, else the class of an error that no
  single row is to blame for (`transient`, `timeout`, `cancelled`, `row`, `fatal`); its details are in what follows.
-#}
{% macro _engine_application() %}
create type batch_ops.application as (
    applied_hi jsonb,
    records bigint,
    failures jsonb array,
    resolved bigint,
    spacing integer,
    failure_class text,
    error_code text,
    error_message text,
    error_detail text,
    constraint_name text
)
{% endmacro %}
