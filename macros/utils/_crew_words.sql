{#- What each worker of a run has done up to its last slice, for the end of a line of progress. -#}
{% macro _crew_words(crew) %}
    {%- set words = [] -%}
    {%- for worker in crew.workers -%}
        {%- set rows = worker.records -%}
        {%- do words.append(
            (
                "{:.1f}M".format(rows / 1000000) if rows >= 10000000
                else "{:,}k".format(rows // 1000) if rows >= 10000 else "{:,}".format(rows)
            ) ~ (" stopped" if worker.stop_reason else "")
        ) -%}
    {%- endfor -%}
    {{ return(words | join(", ")) }}
{% endmacro %}
