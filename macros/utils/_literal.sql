{#-
  A string as an SQL literal, whatever is in it and whatever standard_conforming_strings says.

  The one place where text from outside meets SQL text; everything else is bound by the engine.
-#}
{% macro _literal(text) %}
    {{ return("E'" ~ text | replace("\\", "\\\\") | replace("'", "''") ~ "'") }}
{% endmacro %}
