{#-
  Does the batches of a step that are not done, in key order, with a line of progress at most once a second.

  Loops in loops, of pages of batches, for the same reason as in `_work_off`.
-#}
{% macro _portable_work_step(run, plan, number, at_start, started_at) %}
    {%- set step = plan.description.steps[number - 1] -%}
    {%- set ns = namespace(working=true, after=0, said=none) -%}
    {%- for pages in range(500) if ns.working -%}{%- for page in range(500) if ns.working -%}
        {%- set left = dbt_batch_ops._portable_left(run, number, ns.after) -%}
        {%- set ns.working = left | length > 0 -%}
        {%- for batch in left -%}
            {%- do dbt_batch_ops._portable_check_batch(run, plan, step, batch, started_at) -%}
            {%- do dbt_batch_ops._portable_work_batch(run, plan, step, batch) -%}
            {%- set ns.after = batch.batch_number -%}
            {%- set now = modules.datetime.datetime.now() -%}
            {%- if ns.said is none or (now - ns.said).total_seconds() >= 1 -%}
                {%- do dbt_batch_ops._portable_say_progress(run, number, at_start, started_at, false) -%}
                {%- set ns.said = now -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}{%- endfor -%}
    {%- if ns.said is not none -%}
        {%- do dbt_batch_ops._portable_say_progress(run, number, at_start, started_at, true) -%}
    {%- endif -%}
{% endmacro %}
