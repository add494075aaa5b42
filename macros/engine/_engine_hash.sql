{#-
  The MD5 of the engine's text, by which an operation sees whether the database has this engine.

  Written down, because rendering all routines to compute it would cost every start a tenth of a second.
  integration_tests/test_engine_hash.py keeps it true and says what to write here.
-#}
{% macro _engine_hash() %}
    {{ return("37596dc5504d11b6ae14d77be69c8067") }}
{% endmacro %}
