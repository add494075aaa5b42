"""What the integration tests stand on: a server, a database, a dbt project and dbt itself."""
