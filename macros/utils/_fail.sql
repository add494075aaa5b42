{#- Ends the command with a message for a person and a non-zero exit code. -#}
{% macro _fail(message) %}
    {{ exceptions.raise_compiler_error(message) }}
{% endmacro %}
