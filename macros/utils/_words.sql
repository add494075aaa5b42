{#- What a step does to its rows, as a verb. -#}
{% macro _words(operation_type) %}
    {{ return({
        "update": "change", "delete": "change", "insert": "insert", "upsert": "insert or update",
        "select": "read", "custom_function": "hand to the function",
    }[operation_type]) }}
{% endmacro %}
