"""A definition says for which engine it was generated, and runs on no other."""


def test_a_definition_for_duckdb_is_refused_on_postgresql_with_what_to_type(dbt, empty_database, project):
    file = project.folder / "macros/batch_ops/touch_items_by_7.sql"
    text = file.read_text()
    marked = text.replace(
        '"operation": "touch_items_by_7",', '"operation": "touch_items_by_7", "engine": "duckdb",'
    )
    assert marked != text
    file.write_text(marked)
    result = dbt.run_operation("touch_items_by_7", check=False)
    assert result.exit_code != 0
    assert "touch_items_by_7 was generated for duckdb, and this target is of type postgres" in result.output
    assert "leave batch_ops_engine out of the vars in dbt_project.yml" in result.output
