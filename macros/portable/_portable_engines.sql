{#- The types of target that the portable loop works on. -#}
{% macro _portable_engines() %}
    {{ return(["duckdb", "spark"]) }}
{% endmacro %}
