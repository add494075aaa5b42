{#- Minutes as an SQL interval: what a test was given, or a setting of the project. -#}
{% macro _test_minutes(minutes, setting) %}
    {{ return("interval '" ~ (minutes if minutes is not none else dbt_batch_ops._setting(setting)) | float ~ " minutes'") }}
{% endmacro %}
