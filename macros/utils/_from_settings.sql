{#-
  Fragments whose values are settings of the transaction instead of bound parameters: COPY takes none.

  Replaced in the package's own fragments only, never in the text of the user.
-#}
{% macro _from_settings(fragments) %}
    {%- set settings = {
        "$1": "pg_catalog.current_setting('batch_ops.range_lo')::jsonb",
        "$2": "pg_catalog.current_setting('batch_ops.range_hi')::jsonb",
        "$3": "pg_catalog.current_setting('batch_ops.parameters')::jsonb",
        "$4": "pg_catalog.current_setting('batch_ops.run_started_at')::timestamptz",
    } -%}
    {%- set ns = namespace(range=fragments.range, run_started_at=settings["$4"], params={}) -%}
    {%- for placeholder in ["$1", "$2"] -%}
        {%- set ns.range = ns.range | replace("(" ~ placeholder ~ " ->>", "(" ~ settings[placeholder] ~ " ->>") -%}
    {%- endfor -%}
    {%- for name, expression in fragments.params.items() -%}
        {%- do ns.params.update({name: expression | replace("($3 ->", "(" ~ settings["$3"] ~ " ->")}) -%}
    {%- endfor -%}
    {{ return(dict(fragments, range=ns.range, params=ns.params, run_started_at=ns.run_started_at)) }}
{% endmacro %}
