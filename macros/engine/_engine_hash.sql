{#-
  The MD5 of the engine's text, by which an operation sees whether the database has this engine.

  Written down, because rendering all routines to compute it would cost every start a tenth of a second.
  integration_tests/test_engine_hash.py keeps it true and says what to write here.
-#}
{% macro _engine_hash() %}
    {{ return("3343b99b2aa97bc09c814dcdd7cdf4b0") }}
{% endmacro %}
