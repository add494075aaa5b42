"""Other engines, in this process: asked directly, without dbt."""

import os
from datetime import datetime, timedelta

import duckdb
from pysail.spark import SparkConnectServer
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

_SPARK_TYPES = {
    "integer[]": "array<int>",
    "text[]": "array<string>",
    "text": "string",
    "timestamptz": "timestamp",
    "integer": "int",
    "numeric(5,3)": "decimal(5,3)",
}


def _quoted(text, *, escape):
    if escape:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    return "'" + text.replace("'", "''") + "'"


class DuckDb:
    """DuckDB in memory."""

    name = "duckdb"

    def __enter__(self):
        self._session = duckdb.connect()
        self._session.execute("set timezone = 'UTC'")
        return self

    def __exit__(self, *_):
        self._session.close()

    def create(self, table, columns, rows):
        self._session.execute(f"create table {table} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
        for row in rows:
            self._session.execute(f"insert into {table} values ({', '.join('?' for _ in row)})", row)

    def literal(self, value, type_):
        if isinstance(value, list):
            items = ", ".join("null" if i is None else _quoted(str(i), escape=False) for i in value)
            return f"cast([{items}] as {type_})"
        return f"cast({_quoted(str(value), escape=False)} as {type_})"

    def evaluate(self, query):
        """The second column, or the words of a refusal."""
        try:
            return [row[1] for row in self._session.sql(query).fetchall()]
        except duckdb.Error as error:
            return str(error)


class Sail:
    """Spark's SQL on a server of this process."""

    name = "spark"

    def __enter__(self):
        os.environ["TZ"] = "UTC"
        self._server = SparkConnectServer("127.0.0.1", 0)
        self._server.start()
        self._session = SparkSession.builder.remote(
            f"sc://127.0.0.1:{self._server.listening_address[1]}"
        ).getOrCreate()
        self._session.conf.set("spark.sql.session.timeZone", "UTC")
        return self

    def __exit__(self, *_):
        self._session.stop()
        self._server.stop()

    def create(self, table, columns, rows):
        selects = []
        for row in rows:
            values = (f"{self._typed(v, t)} as {n}" for v, (n, t) in zip(row, columns.items(), strict=True))
            selects.append(f"select {', '.join(values)}")
        self._session.sql(" union all ".join(selects)).createOrReplaceTempView(table)

    def literal(self, value, type_):
        return self._typed(value, _SPARK_TYPES[type_])

    def evaluate(self, query):
        """The second column, or the words of a refusal."""
        try:
            frame = self._session.sql(query)
            values = [row[1] for row in frame.collect()]
            if frame.dtypes[1][1] == "timestamp":
                # The client makes local times of moments.
                micros = frame.toDF("key", "value").selectExpr("unix_micros(value)").collect()
                values = [
                    None if m[0] is None else datetime(1970, 1, 1) + timedelta(microseconds=m[0])
                    for m in micros
                ]
            return values
        except PySparkException as error:
            return str(error)

    @classmethod
    def _typed(cls, value, type_):
        if value is None:
            return f"cast(null as {type_})"
        if isinstance(value, list):
            return f"cast(array({', '.join(cls._typed(item, 'string') for item in value)}) as {type_})"
        return f"cast({_quoted(value, escape=True) if isinstance(value, str) else value} as {type_})"
