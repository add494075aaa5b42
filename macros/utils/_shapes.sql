{#- The shapes that a range of the key can have: `start`, and the column in which its ends differ first. -#}
{% macro _shapes(key) %}
    {{ return(["start"] + range(key | length) | map("string") | list) }}
{% endmacro %}
