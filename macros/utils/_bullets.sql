{#- A heading and its list, as text. -#}
{% macro _bullets(heading, items) %}
    {{ return(heading ~ "\n  - " ~ items | join("\n  - ")) }}
{% endmacro %}
