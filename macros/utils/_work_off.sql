{#-
  Calls time slices until the run needs no more of them, with a line of progress for each; returns its summary.

  They are this session's own, or, with several workers, those of their coordinator.

  Loops in loops because Jinja has no while: together they are enough for some years. Each is small because Jinja asks for
  all the numbers that are left whether the run is at work, when it has ended: of 100,000 that took a third of a second.
-#}
{% macro _work_off(summary) %}
    {%- set is_one_transaction = summary.error_handling == "rollback_on_any_error" -%}
    {%- set ns = namespace(
        state=none, working=true, records=summary.processed_records, batches=summary.batch_count,
        failed=summary.error_count, remaining=summary.remaining_seconds, said=none, step_number=none, step_records=0,
        crew=dbt_batch_ops._muster(summary)
    ) -%}
    {%- set started_at = modules.datetime.datetime.now() -%}
    {%- if is_one_transaction -%}
        {%- do run_query("begin isolation level read committed") -%}
    {%- endif -%}
    {%- for days in range(500) if ns.working -%}{%- for minutes in range(500) if ns.working -%}
        {%- for turn in range(500) if ns.working -%}
            {%- do dbt_batch_ops._limit_slice(summary, ns.remaining) -%}
            {%- if ns.crew is none -%}
                {%- set ns.state = dbt_batch_ops._work_slice(summary, ns.state, is_one_transaction) -%}
            {%- else -%}
                {%- set ns.crew = dbt_batch_ops._coordinate_slice(summary, ns.crew) -%}
                {%- set ns.state = ns.crew -%}
            {%- endif -%}
            {%- set ns.records = ns.records + ns.state.records -%}
            {%- set ns.batches = ns.batches + ns.state.batches -%}
            {%- set ns.failed = ns.failed + ns.state.failed -%}
            {%- set ns.step_records = dbt_batch_ops._step_records(ns, summary) -%}
            {%- set ns.step_number = ns.state.step.number -%}
            {%- set ns.remaining = ns.state.remaining_seconds -%}
            {%- set ns.working = ns.state.status == "running" and not ns.state.interrupted -%}
            {%- set waits_for = (ns.state.waiting_for or [none])[0] -%}
            {%- if ns.state.batches > 0 -%}
                {%- do dbt_batch_ops._say(dbt_batch_ops._progress_line(summary, ns, started_at)) -%}
            {%- endif -%}
            {%- if waits_for is not none and waits_for != ns.said -%}
                {%- do dbt_batch_ops._say("  " ~ dbt_batch_ops._waits_for(waits_for)) -%}
            {%- endif -%}
            {%- set ns.said = waits_for -%}
            {%- if ns.crew is none and ns.state.get("stopped") -%}
                {%- do dbt_batch_ops._say(
                    "  this worker has stopped: more than max_errors_per_worker rows or batches failed in it; others go on"
                ) -%}
                {%- set ns.crew = {"connections": []} -%}
            {%- elif ns.crew is not none and ns.crew.is_alone -%}
                {%- do dbt_batch_ops._go_on_alone(ns.crew) -%}
                {%- set ns.crew = none -%}
                {%- set ns.state = none -%}
            {%- elif ns.crew is not none and not ns.working -%}
                {%- do dbt_batch_ops._dismiss(ns.crew) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}{%- endfor -%}
    {%- if is_one_transaction -%}
        {%- do dbt_batch_ops._end_transaction(summary, ns.state) -%}
    {%- endif -%}
    {%- if dbt_batch_ops._has_limit(summary) -%}
        {%- do run_query("reset statement_timeout") -%}
    {%- endif -%}
    {%- set ended = dbt_batch_ops._fetch(
        "select batch_ops.run_summary(" ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid)"
    ) -%}
    {{ return(dict(
        ended, interrupted=ns.state.interrupted, waiting_for=ns.state.waiting_for, crew=ns.state.get("crew")
    )) }}
{% endmacro %}
