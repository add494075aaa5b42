{#-
  Calls slices of a purge until nothing is left to delete, with a line of progress where that takes long; returns its state.

  Loops in loops for the same reason as in `_work_off`.
-#}
{% macro _purge_off(limits) %}
    {%- set slice = dbt_batch_ops._slice_interval() -%}
    {%- set ns = namespace(state=none, working=true) -%}
    {%- set started_at = modules.datetime.datetime.now() -%}
    {%- for days in range(500) if ns.working -%}{%- for minutes in range(500) if ns.working -%}
        {%- for turn in range(500) if ns.working -%}
            {#- Alone in its string, as a CALL that commits has to be. -#}
            {%- set ns.state = dbt_batch_ops._fetch(
                "call batch_ops.purge(" ~ limits ~ ", " ~ slice ~ ", "
                ~ dbt_batch_ops._json(ns.state) ~ ")"
            ) -%}
            {%- set ns.working = not ns.state.done -%}
            {%- if ns.working and (modules.datetime.datetime.now() - started_at).total_seconds() >= 2 -%}
                {%- set counts = ns.state.operations.values() | list -%}
                {%- do dbt_batch_ops._say(
                    "  " ~ "{:>12,}".format(counts | selectattr("runs", "defined") | sum(attribute="runs")) ~ " runs"
                    ~ "{:>16,}".format(counts | selectattr("batches", "defined") | sum(attribute="batches"))
                    ~ " batches so far"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}{%- endfor -%}
    {{ return(ns.state) }}
{% endmacro %}
