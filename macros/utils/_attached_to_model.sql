{#-
  Whether the generic test that is rendered now is attached to a model rather than to a source.

  While dbt parses a project every relation looks alike; the text of the test's own argument does not. A singular test
  has none, and says it by its arguments.
-#}
{% macro _attached_to_model() %}
    {{ return("ref(" in (model.get("test_metadata") or {}).get("kwargs", {}).get("model", "")) }}
{% endmacro %}
