{#-
  batch_ops.argument_digest: the digest of an argument; of a CSV file that a client has sent, that of the file.

  Such an argument names the upload, which is another one each time the same file is sent.
-#}
{% macro _engine_argument_digest() %}
create or replace function batch_ops.argument_digest(p_value jsonb)
returns text
language sql
stable
as $function$
    select coalesce(
        (
            select uploads.digest from batch_ops.uploads
            where 'upload:' || uploads.upload_id = p_value #>> '{}' and uploads.uploaded_by = current_user
        ),
        batch_ops.digest(p_value)
    )
$function$
{% endmacro %}
