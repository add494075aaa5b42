{#- Ends the command on a target that the portable loop does not know. -#}
{% macro _portable_check_target_type() %}
    {%- if target.type not in dbt_batch_ops._portable_engines() -%}
        {%- do dbt_batch_ops._refuse_adapter() -%}
    {%- endif -%}
{% endmacro %}
