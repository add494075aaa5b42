{#- Prints the MD5 of the engine's text, for the test that keeps the written one true. -#}
{% macro print_engine_hash() %}
    {% do log("engine hash: " ~ local_md5(dbt_batch_ops._engine() | join("\n")), info=true) %}
{% endmacro %}
