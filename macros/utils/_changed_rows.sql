{#- How much a run has done: "1,000 rows in 10 batches". -#}
{% macro _changed_rows(run) %}
    {{ return(
        "{:,}".format(run.processed_records) ~ (" row in " if run.processed_records == 1 else " rows in ")
        ~ "{:,}".format(run.batch_count) ~ (" batch" if run.batch_count == 1 else " batches")
    ) }}
{% endmacro %}
