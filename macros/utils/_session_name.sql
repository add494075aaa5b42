{#- A session as a person knows it: its user and its application. -#}
{% macro _session_name(user, application) %}
    {{ return([user, application] | select | join(", ") or "unknown") }}
{% endmacro %}
