{#- What a run waits for, in words: another session, or the next attempt of a batch. -#}
{% macro _waits_for(batch) %}
    {%- if batch.retry_at is not none -%}
        {{ return(
            "batch " ~ batch.batch ~ " is tried again at " ~ batch.retry_at[11:19]
            ~ (": " ~ batch.error if batch.error else "")
        ) }}
    {%- endif -%}
    {{ return("waiting for batch " ~ batch.batch ~ ", which process " ~ batch.pid ~ " holds since " ~ batch.since) }}
{% endmacro %}
