{#- An identifier as PostgreSQL reads it back: quoted always, so that no word is reserved and no case is folded. -#}
{% macro _quote(name) %}
    {{ return('"' ~ name | replace('"', '""') ~ '"') }}
{% endmacro %}
