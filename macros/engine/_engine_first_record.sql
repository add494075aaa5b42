{#-
  batch_ops.first_record: the values of the first record of a CSV text, to know its columns before COPY reads it.
-#}
{% macro _engine_first_record() %}
create or replace function batch_ops.first_record(p_text text, p_delimiter text)
returns text[]
language plpgsql
immutable
as $function$
declare
    v_value text := '';
    v_values text[] := '{}';
    v_quoted boolean := false;
    v_character text;
    v_before text;
begin
    foreach v_character in array pg_catalog.string_to_array(p_text, null) loop
        if v_character = '"' then
            v_quoted := not v_quoted;
            -- A quote inside quotes is written twice.
            if v_quoted and v_before = '"' then
                v_value := v_value || '"';
            end if;
        elsif v_quoted then
            v_value := v_value || v_character;
        elsif v_character = p_delimiter then
            v_values := v_values || v_value;
            v_value := '';
        elsif v_character in (E'\n', E'\r') then
            exit;
        else
            v_value := v_value || v_character;
        end if;
        v_before := v_character;
    end loop;
    return v_values || v_value;
end
$function$
{% endmacro %}
