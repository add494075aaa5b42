{#-
  The pattern of a Delta table's commit files from a version on: `<location>/_delta_log/{...}.json`.

  Args:
    location (str): the table's folder.
    version (int): the first version of interest.

  Files are named by their version in 20 digits. A number is not less than another when it is the same, or when it has the
  same digits up to a place where its digit is greater: a pattern for each such place.
-#}
{% macro _portable_log_files(location, version) %}
    {%- set digits = "%020d" | format(version | int) -%}
    {%- set patterns = [digits] -%}
    {%- for place in range(20) if digits[place] != "9" -%}
        {%- do patterns.append(
            digits[:place] ~ "[" ~ (digits[place] | int + 1) ~ "-9]" ~ "[0-9]" * (19 - place)
        ) -%}
    {%- endfor -%}
    {{ return(location ~ "/_delta_log/{" ~ patterns | join(",") ~ "}.json") }}
{% endmacro %}
