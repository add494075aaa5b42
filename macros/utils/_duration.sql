{#- Seconds as a person reads them: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min. -#}
{% macro _duration(seconds) %}
    {%- set whole = seconds | float | round | int -%}
    {%- if seconds | float < 10 -%}
        {{ return("{:.1f} s".format(seconds | float)) }}
    {%- elif whole < 60 -%}
        {{ return(whole ~ " s") }}
    {%- elif whole < 3600 -%}
        {{ return(whole // 60 ~ " min " ~ "{:02d}".format(whole % 60) ~ " s") }}
    {%- else -%}
        {{ return(whole // 3600 ~ " h " ~ "{:02d}".format(whole % 3600 // 60) ~ " min") }}
    {%- endif -%}
{% endmacro %}
