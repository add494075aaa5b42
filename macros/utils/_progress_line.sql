{#-
  One line of progress: percent, rows, rows/s, failures and time left of what this process sees; `~` marks an estimate.
-#}
{% macro _progress_line(summary, progress, started_at) %}
    {%- set seconds = (modules.datetime.datetime.now() - started_at).total_seconds() -%}
    {%- set rate = (progress.records - summary.processed_records) / seconds -%}
    {%- set step = progress.state.step -%}
    {%- set several = summary.steps | length > 1 -%}
    {%- set total = step.total_records or 0 -%}
    {%- set done = step.completed -%}
    {%- set share = 1.0 if done else ([progress.step_records / total, 0.99] | min if total > 0 else 0.0) -%}
    {%- set left = [total - progress.step_records, 0] | max / rate if rate > 0 else none -%}
    {%- set mark = " " if step.total_is_exact or done else "~" -%}
    {{ return(
        " " ~ mark ~ "{:>3}".format((share * 100) | int) ~ " %"
        ~ "{:>16,}".format(progress.step_records) ~ (" row " if progress.step_records == 1 else " rows")
        ~ "{:>12,}".format(rate | int) ~ " rows/s"
        ~ ("{:>10,}".format(progress.failed) ~ " failed" if progress.failed else "")
        ~ ("" if left is none or done else "{:>14}".format(dbt_batch_ops._duration(left)) ~ " left")
        ~ ("   step " ~ step.number ~ " of " ~ summary.steps | length ~ ", " ~ step.name if several else "")
        ~ ("   workers: " ~ dbt_batch_ops._crew_words(progress.state.crew) if progress.state.get("crew") else "")
    ) }}
{% endmacro %}
