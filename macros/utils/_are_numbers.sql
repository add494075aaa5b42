{#- SQL that is true when two ends of ranges hold numbers only: JSON compares these as the key does, and texts it may not. -#}
{% macro _are_numbers(one, other) %}
    {{ return("not (" ~ one ~ " || " ~ other ~ ") @? '$[*] ? (@.type() != \"number\")'") }}
{% endmacro %}
