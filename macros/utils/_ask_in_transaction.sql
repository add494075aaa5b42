{#- What a routine of the engine answers, in a transaction of its own that a refusal rolls back. -#}
{% macro _ask_in_transaction(call) %}
    {%- do run_query("begin isolation level read committed") -%}
    {%- set answer = dbt_batch_ops._fetch("select batch_ops." ~ call) -%}
    {%- do run_query("rollback" if answer.status == "refused" else "commit") -%}
    {{ return(answer) }}
{% endmacro %}
