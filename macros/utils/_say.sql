{#- One line on the terminal. -#}
{% macro _say(line) %}
    {%- do log(line, info=true) -%}
{% endmacro %}
