{#-
  Puts the rows that a run is given beside its parameters, which keep their number and a hash: what is recorded stays small, and
  a later start can tell whether it was given the same.
-#}
{% macro _portable_take_rows(description, given) %}
    {%- do given.update({"rows": {}, "csv": {}}) -%}
    {%- for name, parameter in description.parameters.items() if parameter.records -%}
        {%- set value = given["values"].get(name) -%}
        {%- if value is not none and value is not mapping and value is not string and value is iterable -%}
            {%- do given.rows.update({name: value}) -%}
            {%- do given["values"].update({name: {"rows": value | length, "md5": local_md5(tojson(value))}}) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
