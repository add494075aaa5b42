{#- This moment in UTC, as text. The client's clock: an engine's own stands still in a transaction, or is another one. -#}
{% macro _portable_now() %}
    {{ return(modules.datetime.datetime.now(modules.pytz.utc).strftime("%Y-%m-%d %H:%M:%S.%f")) }}
{% endmacro %}
